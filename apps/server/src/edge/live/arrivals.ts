import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { Server } from 'socket.io';
import { Problem } from '../../kernel/problem.ts';
import type { LiveRefusal } from '../../kernel/telemetry.ts';
import { createSubjectOf, type RequestIds, trustedProxies, type TrustProxy } from '../shared/index.ts';
import { createOriginCheck } from './origins.ts';
import { type Conn, watchPackets } from './packets.ts';
import { takePolling } from './polling.ts';
import { type Refusal, takeUpgrades } from './upgrades.ts';

export interface ArrivalSettings {
  readonly publicUrl: string;
  readonly corsOrigins: readonly string[] | '*';
  readonly trustProxy: TrustProxy;
  /** Open connections of one address (IPv6: its /64) on this node; 0: no limit. */
  readonly connectionsPerAddressMax: number;
}

/** Connections as they come, before anybody knows whose they are. */
export interface Arrivals {
  /** Once for each connection, by who signs in on it: its address, as limits count it. */
  claim(conn: Conn): string | undefined;
  /** Takes no more. */
  close(): void;
}

interface Deps {
  readonly io: Server;
  readonly server: HttpServer;
  readonly requestIds: RequestIds;
  readonly onRefused: (reason: LiveRefusal) => void;
}

/** By whom a connection counts, kept on itself. */
const SUBJECT = Symbol('subject');
type Counted = Conn & { readonly [SUBJECT]?: string };

export function openArrivals(settings: ArrivalSettings, { io, server, requestIds, onRefused }: Deps): Arrivals {
  const { connectionsPerAddressMax: max } = settings;
  const subjectOf = createSubjectOf(trustedProxies(settings.trustProxy));
  const isAllowedOrigin = createOriginCheck(settings);
  const open = new Map<string, number>();
  /** Those that nobody has signed in on, by address. */
  const unclaimed = new Map<Conn, string>();
  let closed = false;

  const strangeOrigin = (request: IncomingMessage): Refusal | undefined =>
    isAllowedOrigin(request) ? undefined : { reason: 'origin', problem: new Problem('live.origin_refused') };

  function refusalOf(request: IncomingMessage): Refusal | undefined {
    if (closed) return { reason: 'stopping', problem: new Problem('service.unavailable', { detail: 'The server is stopping', retryAfterSeconds: 2 }) };
    const strange = strangeOrigin(request);
    if (strange !== undefined) return strange;
    if (max === 0 || (open.get(subjectOf(request)) ?? 0) < max) return undefined;
    return { reason: 'connections', problem: new Problem('live.too_many_connections', { retryAfterSeconds: 30 }) };
  }

  // A server that never listens: Socket.IO is given what is its own, after it was looked at.
  io.attach(createServer());
  io.engine.on('connection', (conn: Conn) => {
    const subject = subjectOf(conn.request);
    open.set(subject, (open.get(subject) ?? 0) + 1);
    unclaimed.set(conn, subject);
    Object.assign(conn, { [SUBJECT]: subject });
    watchPackets(conn);
    conn.on('close', onClose);
  });

  /** One for all: each that had its own would keep it. */
  function onClose(this: Conn): void {
    unclaimed.delete(this);
    const subject = (this as Counted)[SUBJECT]!;
    const left = open.get(subject)! - 1;
    if (left === 0) open.delete(subject);
    else open.set(subject, left);
  }

  takeUpgrades(server, {
    refusalOf, requestIds, onRefused, accept: (request, socket, head) => io.engine.handleUpgrade(request, socket, head),
  });

  takePolling(server, {
    refusalOf, strangeOrigin, requestIds, onRefused, https: settings.publicUrl.startsWith('https:'),
    accept: (request, response) => io.engine.handleRequest(request, response),
  });

  return {
    claim(conn) {
      const subject = unclaimed.get(conn);
      unclaimed.delete(conn);
      return subject;
    },
    close() {
      closed = true;
    },
  };
}
