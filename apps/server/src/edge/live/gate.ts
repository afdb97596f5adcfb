import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'socket.io';
import { clockPing, liveClosing, liveMissed, sessionRevoked } from '@watchparty/protocol';
import type { RateLimiter } from '@watchparty/redis-kit/rate-limit';
import type { Clock } from '../../kernel/clock.ts';
import type { Identity } from '../../kernel/identity.ts';
import { type Channel, liveHandler, type LiveModule } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { LiveEnd, LiveRefusal, LiveTelemetry } from '../../kernel/telemetry.ts';
import type { Write } from '../../kernel/write.ts';
import type { Revocations, Sessions } from '../../modules/sessions/index.ts';
import { createRequestIds, createSubjectOf, toProblem, trustedProxies, type TrustProxy } from '../shared/index.ts';
import { createAdmission, Refused } from './admission.ts';
import { Connection } from './connection.ts';
import { createDispatch } from './dispatch.ts';
import { closeAll } from './drain.ts';
import { forgetHandshake } from './memory.ts';
import { createOriginCheck } from './origins.ts';
import { watchPackets } from './packets.ts';
import { createRegistry } from './registry.ts';
import { bufferedBytes, cutOff } from './slow.ts';
import { refusal } from './refusal.ts';
import { takeUpgrades } from './upgrades.ts';
import type { WallClock } from './wall-clock.ts';
import { createSessionWatch } from './watch.ts';

export interface GateSettings {
  readonly publicUrl: string;
  readonly corsOrigins: readonly string[] | '*';
  readonly trustProxy: TrustProxy;
  /** Open connections of one user, and of one address (IPv6: its /64), on this node; 0: no limit. */
  readonly connectionsPerUserMax: number;
  readonly connectionsPerAddressMax: number;
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
/** How long those who are sent away may take to read it. */
const GOODBYE_MS = 500;
const DRAIN_MS = 5000;

/** Where clients come in: who may open a connection, and what becomes of what they send on it. */
export function openGate(server: HttpServer, settings: GateSettings, deps: GateDeps): Gate {
  const { io, modules, clock, log, telemetry } = deps;
  const requestIds = createRequestIds({ now: () => Math.trunc(clock.now()) });
  const subjectOf = createSubjectOf(trustedProxies(settings.trustProxy));
  const registry = createRegistry();
  const isAllowedOrigin = createOriginCheck(settings);
  const admission = createAdmission(settings, { identity: deps.identity, registry, strangers: deps.limiters.strangers });
  const watch = createSessionWatch({
    registry, revocations: deps.revocations, sessions: deps.sessions, clock, log,
    end(connection) {
      connection.tell(sessionRevoked, {});
      end(connection, 'revoked');
    },
  });
  const dispatch = createDispatch({
    modules: [...modules, { handlers: [clockHandler(clock)] }], limiter: deps.limiters.events, write: deps.write, clock, requestIds, log, telemetry,
  });
  /** Of connections, and of those that have not shown a token yet; by address. */
  const byAddress = new Map<string, number>();
  const waiting = new Map<Connection['socket']['conn'], { readonly subject: string; asked: boolean }>();
  let closing = false;

  function end(connection: Connection, reason: LiveEnd): void {
    const { conn } = connection.socket;
    connection.end = reason;
    connection.socket.disconnect(true);
    setTimeout(() => cutOff(conn), GOODBYE_MS).unref();
  }

  function refusalOf(request: IncomingMessage): { readonly reason: LiveRefusal; readonly problem: Problem } | undefined {
    if (closing) return { reason: 'stopping', problem: stopping() };
    if (!isAllowedOrigin(request)) return { reason: 'origin', problem: new Problem('live.origin_refused') };
    const max = settings.connectionsPerAddressMax;
    if (max === 0 || (byAddress.get(subjectOf(request)) ?? 0) < max) return undefined;
    return { reason: 'connections', problem: new Problem('live.too_many_connections', { retryAfterSeconds: 30 }) };
  }

  io.attach(createServer());
  io.engine.on('connection', (conn: Connection['socket']['conn']) => {
    const subject = subjectOf(conn.request);
    byAddress.set(subject, (byAddress.get(subject) ?? 0) + 1);
    waiting.set(conn, { subject, asked: false });
    watchPackets(conn);
    conn.once('close', () => {
      waiting.delete(conn);
      const left = byAddress.get(subject)! - 1;
      if (left === 0) byAddress.delete(subject);
      else byAddress.set(subject, left);
    });
  });
  takeUpgrades(server, {
    refusalOf, requestIds, onRefused: telemetry.liveRefused,
    accept: (request, socket, head) => io.engine.handleUpgrade(request, socket, head),
  });

  io.use((socket, next) => {
    const came = waiting.get(socket.conn);
    // One connection, one person: whoever asks twice is sent away.
    if (came === undefined || came.asked) return void socket.conn.close(true);
    came.asked = true;
    const done = watch.expect();
    admission(socket, came.subject).then(
      (admitted) => {
        socket.data = new Connection(socket, admitted);
        next();
        // By then it is connected, or was gone before.
        setImmediate(() => done(socket.connected ? socket.data as Connection : undefined));
      },
      (error: unknown) => {
        done(undefined);
        refuse(socket, error, next);
      },
    );
  });

  function refuse(socket: Socket, error: unknown, next: (error: Error) => void): void {
    const requestId = requestIds();
    const problem = error instanceof Refused ? error.problem : toProblem(error, log.child({ requestId }));
    telemetry.liveRefused(error instanceof Refused ? error.reason : 'unavailable');
    next(Object.assign(new Error(problem.detail), { data: refusal(problem, requestId) }));
    // Its packet leaves first.
    setImmediate(() => socket.conn.close());
  }

  io.on('connection', (socket) => {
    const connection = socket.data as Connection;
    waiting.delete(socket.conn);
    registry.add(connection);
    forgetHandshake(socket);
    // Nobody is told by their connection's own name.
    void socket.leave(socket.id);
    connection.join(`user:${connection.actor.userId}`);
    socket.onAny(onEvent);
    // Nothing is handed on: a client could name its event like one of the emitter's own.
    socket.use(ignore);
    telemetry.liveOpened();
  });

  function onEvent(this: Socket, name: unknown, ...given: unknown[]): void {
    const connection = this.data as Connection;
    const last = given.at(-1);
    const acknowledge = typeof last === 'function' ? (given.pop(), last as (answer: unknown) => void) : undefined;
    deps.identity.seen(connection.claims);
    void dispatch.answer(connection, name, given).then((answer) => acknowledge?.(answer));
  }

  const { adapter, sockets } = io.of('/');
  adapter.on('leave-room', (channel: Channel, id: string) => {
    const connection: unknown = sockets.get(id)?.data;
    if (!(connection instanceof Connection) || channel === (id as string)) return;
    if (channel.startsWith('user:')) {
      registry.remove(connection);
      telemetry.liveClosed(connection.end);
    }
    for (const module of modules) {
      try {
        module.left?.(connection, channel);
      } catch (err) {
        log.error({ err }, 'Somebody’s leaving was not taken well');
      }
    }
  });

  const sweep = setInterval(() => {
    clock.follow();
    watch.tick();
    const nowMs = clock.now();
    for (const connection of registry.all()) {
      if (nowMs >= connection.endsAtMs) {
        connection.tell(sessionRevoked, {});
        end(connection, 'revoked');
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
      closing = true;
      clearInterval(sweep);
      io.emit(liveClosing.name, {});
      await dispatch.drain(DRAIN_MS);
      for (const connection of registry.all()) connection.end = 'stopping';
      watch.close();
      await closeAll(io);
    },
  };
}

const stopping = (): Problem => new Problem('service.unavailable', { detail: 'The server is stopping', retryAfterSeconds: 2 });

const ignore = (): void => {};

const clockHandler = (clock: Clock) => liveHandler({
  event: clockPing,
  guests: true,
  limit: 'none',
  handle: ({ body: { t0 }, receivedAtMs }) => ({ t0, t1: receivedAtMs, t2: clock.now() }),
});
