import type { Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'socket.io';
import { liveClosing, liveMissed, sessionRevoked } from '@watchparty/protocol';
import type { RateLimiter } from '@watchparty/redis-kit/rate-limit';
import type { Identity } from '../../kernel/identity.ts';
import type { Channel, LiveModule } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import type { LiveEnd, LiveTelemetry } from '../../kernel/telemetry.ts';
import type { Write } from '../../kernel/write.ts';
import type { Revocations, Sessions } from '../../modules/sessions/index.ts';
import { createRequestIds, toProblem } from '../shared/index.ts';
import { createAdmission, Refused } from './admission.ts';
import { type ArrivalSettings, openArrivals } from './arrivals.ts';
import { clockModule } from './clock.ts';
import { Connection } from './connection.ts';
import { createDispatch } from './dispatch.ts';
import { closeAll } from './drain.ts';
import { forgetHandshake, listen, makeLean } from './memory.ts';
import { refusal } from './refusal.ts';
import { createRegistry } from './registry.ts';
import { bufferedBytes, cutOff } from './slow.ts';
import type { WallClock } from './wall-clock.ts';
import { createSessionWatch } from './watch.ts';

export interface GateSettings extends ArrivalSettings {
  /** Open connections of one user on this node; 0: no limit. */
  readonly connectionsPerUserMax: number;
  /** How long a connection may stay open before its token is shown. */
  readonly signInTimeoutMs?: number;
}

export interface GateDeps {
  readonly io: Server;
  readonly modules: readonly LiveModule[];
  readonly identity: Identity;
  readonly sessions: Pick<Sessions, 'validateSession'>;
  readonly revocations: Pick<Revocations, 'listen'>;
  readonly write: Write;
  readonly limiters: {
    /** Events of one user. */
    readonly events: RateLimiter;
    /** Refused tokens of one address. */
    readonly strangers: RateLimiter;
  };
  readonly clock: WallClock;
  readonly log: Log;
  readonly telemetry: LiveTelemetry;
}

export interface Gate {
  /** Something from other nodes was lost on its way: everybody is told. */
  missed(): void;
  /** Lets what is under way finish for a while, then sends everybody elsewhere. */
  close(): Promise<void>;
}

/** A film's chat at its wildest is a tenth of it within the second between two looks. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const SWEEP_MS = 1000;
/** In ten seconds. No program that means well comes near it, and all that it would get is refusals. */
const FLOOD = 10_000;
/** How long those who are sent away may take to read it. */
const GOODBYE_MS = 500;
const DRAIN_MS = 5000;

/** Where clients come in: who may open a connection, what becomes of what they send on it, and when it ends. */
export function openGate(server: HttpServer, settings: GateSettings, deps: GateDeps): Gate {
  const { io, identity, modules, clock, log, telemetry } = deps;
  const requestIds = createRequestIds({ now: () => Math.trunc(clock.now()) });
  const registry = createRegistry(io);
  const arrivals = openArrivals(settings, { io, server, requestIds, onRefused: telemetry.liveRefused });
  const admission = createAdmission(settings, { identity, registry, strangers: deps.limiters.strangers });
  const watch = createSessionWatch({
    registry, revocations: deps.revocations, sessions: deps.sessions, end: endWithSession, seen: identity.seen, clock, log,
  });
  const dispatch = createDispatch({
    modules: [...modules, clockModule(clock)], limiter: deps.limiters.events, write: deps.write, clock, requestIds, log, telemetry,
  });

  io.use((socket, next) => {
    const subject = arrivals.claim(socket.conn);
    // One connection, one person.
    if (subject === undefined) socket.conn.close(true);
    else void admit(socket, subject, next);
  });

  async function admit(socket: Socket, subject: string, next: (error?: Error) => void): Promise<void> {
    const settled = watch.expect();
    try {
      socket.data = new Connection(socket, await admission(socket, subject));
    } catch (error) {
      settled(undefined);
      return refuse(socket, error, next);
    }
    next();
    // By then it is connected, or was gone before.
    setImmediate(() => settled(socket.connected ? (socket.data as Connection) : undefined));
  }

  function refuse(socket: Socket, error: unknown, next: (error: Error) => void): void {
    const requestId = requestIds();
    const problem = error instanceof Refused ? error.problem : toProblem(error, log.child({ requestId }));
    telemetry.liveRefused(error instanceof Refused ? error.reason : 'unavailable');
    next(Object.assign(new Error(problem.detail), { data: refusal(problem, requestId) }));
    // What says so leaves first.
    setImmediate(() => socket.conn.close());
  }

  io.on('connection', (socket) => {
    const connection = socket.data as Connection;
    registry.add(connection);
    forgetHandshake(socket);
    makeLean(socket);
    // Nobody is told anything by their connection's own name.
    void socket.leave(socket.id);
    connection.join(`user:${connection.actor.userId}`);
    listen(socket, onEvents);
    for (const { opened } of modules) opened?.(connection);
    telemetry.liveOpened();
  });

  const onEvents = [onEvent];
  function onEvent(this: Socket, name: unknown, ...given: unknown[]): void {
    const connection = this.data as Connection;
    const acknowledge = typeof given.at(-1) === 'function' ? (given.pop() as (answer: unknown) => void) : ignore;
    if (connection.count(clock.now()) > FLOOD) return end(connection, 'flood');
    identity.seen(connection.claims);
    void dispatch.answer(connection, name, given).then(acknowledge);
  }

  const { adapter, sockets } = io.of('/');
  adapter.on('leave-room', (channel: string, id: string) => {
    const connection: unknown = sockets.get(id)?.data;
    if (!(connection instanceof Connection) || channel === id) return;
    if (channel.startsWith('user:')) {
      registry.remove(connection);
      telemetry.liveClosed(connection.end);
    }
    for (const { left } of modules) {
      try {
        left?.(connection, channel as Channel);
      } catch (err) {
        log.error({ err }, 'Somebody’s leaving was not taken well');
      }
    }
  });

  function end(connection: Connection, reason: LiveEnd): void {
    const { conn } = connection.socket;
    connection.end = reason;
    connection.socket.disconnect(true);
    setTimeout(() => cutOff(conn), GOODBYE_MS).unref();
  }

  function endWithSession(connection: Connection): void {
    connection.tell(sessionRevoked, {});
    end(connection, 'revoked');
  }

  const sweep = setInterval(() => {
    clock.follow();
    watch.tick();
    const nowMs = clock.now();
    for (const connection of registry.all()) {
      if (nowMs >= connection.endsAtMs) {
        endWithSession(connection);
      } else if (bufferedBytes(connection.socket.conn) > MAX_BUFFERED_BYTES) {
        connection.end = 'slow';
        cutOff(connection.socket.conn);
      }
    }
  }, SWEEP_MS).unref();

  return {
    missed() {
      for (const connection of registry.all()) connection.tell(liveMissed, {});
    },
    async close() {
      arrivals.close();
      clearInterval(sweep);
      io.emit(liveClosing.name, {});
      await dispatch.drain(DRAIN_MS);
      for (const connection of registry.all()) connection.end = 'stopping';
      watch.close();
      await closeAll(io);
    },
  };
}

const ignore = (): void => {};
