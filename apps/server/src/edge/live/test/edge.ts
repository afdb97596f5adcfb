import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBus, createMemoryBusLine } from '@watchparty/redis-kit/bus';
import { createMemoryRateLimitDriver, createRateLimiter } from '@watchparty/redis-kit/rate-limit';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import Type from 'typebox';
import { systemClock } from '../../../kernel/clock.ts';
import type { Identity } from '../../../kernel/identity.ts';
import type { LiveModule } from '../../../kernel/live.ts';
import { Problem } from '../../../kernel/problem.ts';
import { type LiveTelemetry, noTelemetry } from '../../../kernel/telemetry.ts';
import type { Write } from '../../../kernel/write.ts';
import { createRevocations, type RevocationListener, type Revocations, type Revoked, type Sessions } from '../../../modules/sessions/index.ts';
import type { GateSettings } from '../gate.ts';
import { createLoneLine, type Line } from '../line.ts';
import { createLive, type LiveEdge } from '../live.ts';

export interface EdgeOptions {
  readonly modules?: readonly LiveModule[];
  readonly settings?: Partial<GateSettings>;
  readonly line?: Line;
  readonly telemetry?: Partial<LiveTelemetry>;
  /** Events a minute and user; 0, the default: no limit. */
  readonly eventsMax?: number;
  readonly strangersMax?: number;
  readonly write?: Write;
}

/** `data` of a refused handshake. */
// Tests read whatever came.
// oxlint-disable-next-line no-explicit-any
export type Data = any;

export interface Edge {
  readonly url: string;
  readonly live: LiveEdge['live'];
  readonly edge: LiveEdge;
  readonly revocations: Revocations;
  readonly lines: string[];
  /** Sessions that were seen, in order. */
  readonly seen: string[];
  /** Sessions that were asked for, by `validateSession`. */
  readonly validated: string[];
  /** Ends a session; everybody is told unless `silently`. */
  endSession(sessionId: string, options?: { readonly silently?: boolean }): Promise<void>;
  /** As the bus tells when it may have lost something. */
  missRevocations(): void;
  /** Nobody can be asked for sessions, until the answer is called. */
  failValidation(): () => void;
  /** Holds back all who show a token, until the answer is called. */
  holdBack(): () => void;
  /** A client, connected. */
  connect(token: string, options?: ConnectOptions): Promise<Socket>;
  /** What a refused one is told. */
  refused(options: ConnectOptions): Promise<Data>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly origin?: string;
  /** WebSocket alone by default. */
  readonly transports?: readonly string[];
}

export const sessionOf = (userId: number, nth = 0): string => `01890000-0000-7000-8000-${String(userId * 100 + nth).padStart(12, '0')}`;

/**
 * The edge alone, behind a real HTTP server, with handlers of the test's own. Tokens are `<userId>` and
 * `<userId>.<nth session>`; `guest:<userId>:<roomId>:<ms until it expires>` is a guest's.
 */
export async function startEdge(options: EdgeOptions = {}): Promise<Edge> {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const ended = new Set<string>();
  const seen: string[] = [];
  const validated: string[] = [];
  const opened: Socket[] = [];
  let held = Promise.withResolvers<void>();
  held.resolve();

  let failing = false;
  const listeners = new Set<RevocationListener>();
  const expiries = new Map<string, number>();
  const identity: Identity = {
    async authenticate(token) {
      await held.promise;
      const [, guest, user, nth, room, ms] = /^(guest:)?(\d+)(?:\.(\d+))?(?::(\d+):(\d+))?$/.exec(token) ?? [];
      if (user === undefined) throw new Problem('auth.token_invalid');
      const [userId, sessionId] = [Number(user), sessionOf(Number(user), Number(nth ?? 0))];
      if (ended.has(sessionId)) throw new Problem('auth.token_invalid', { detail: 'The session has ended' });
      if (!expiries.has(token)) expiries.set(token, Date.now() + Number(ms ?? 900_000));
      return { userId, username: `user${user}`, role: 'user', sessionId, ...(guest !== undefined && { guestOf: Number(room) }) };
    },
    verified: (token) => {
      const userId = Number(/\d+/.exec(token)![0]);
      return { userId, sessionId: sessionOf(userId, Number(/\.(\d+)/.exec(token)?.[1] ?? 0)), expiresAtMs: expiries.get(token)! };
    },
    policy: { name: 'test.session', key: 'session:{id}', tags: [], ttl: 'test', freshness: 'strict', shape: Type.Unknown() },
    params: ({ sessionId }) => ({ id: sessionId }),
    actorOf: () => undefined,
    seen: ({ sessionId }) => void seen.push(sessionId),
  };
  const sessions: Pick<Sessions, 'validateSession'> = {
    async validateSession(session) {
      const { sessionId, userId } = session as { sessionId: string; userId: number };
      validated.push(sessionId);
      if (failing) throw new Error('Nobody can be asked');
      return ended.has(sessionId) ? { valid: false, userId: undefined } : { valid: true, userId };
    },
  };
  const bus = createBus({ driver: createMemoryBusLine().open(), log });
  const real = await createRevocations({ bus, log });
  const revocations: Revocations = {
    ...real,
    listen(listener) {
      listeners.add(listener);
      return real.listen(listener);
    },
  };
  const driver = createMemoryRateLimitDriver({ clock: systemClock });
  const limiter = (prefix: string, max: number) => createRateLimiter({ prefix, max, windowMs: 60_000 }, { driver });
  const write: Write = options.write ?? ((work) => work(undefined as never, { add: () => undefined }));

  const edge = createLive(
    {
      publicUrl: 'http://watchparty.test', corsOrigins: [], trustProxy: false, connectionsPerUserMax: 0, connectionsPerAddressMax: 0,
      ...options.settings,
    },
    { line: options.line ?? createLoneLine(), node: 'test', write, takeUp: () => undefined, log, telemetry: { ...noTelemetry, ...options.telemetry } },
  );
  const server = createServer((_request, response) => response.end('HTTP')).listen(0, '127.0.0.1');
  edge.open(server, {
    modules: options.modules ?? [], identity, sessions, revocations, write,
    limiters: { events: limiter('live', options.eventsMax ?? 0), strangers: limiter('strangers', options.strangersMax ?? 0) },
  });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function open({ auth = {}, query = {}, origin, transports = ['websocket'] }: ConnectOptions): Socket {
    const socket = io(url, {
      transports: [...transports], auth, query, forceNew: true, reconnection: false, ...(origin !== undefined && { extraHeaders: { origin } }),
    });
    opened.push(socket);
    return socket;
  }

  return {
    url, live: edge.live, edge, revocations, lines, seen, validated,
    async endSession(sessionId, { silently = false } = {}) {
      ended.add(sessionId);
      const what: Revoked = { sessionIds: [sessionId] };
      if (!silently) await revocations.effects[0]!.apply([what], [sessionId], undefined);
    },
    missRevocations: () => listeners.forEach((listener) => listener.mayHaveMissed()),
    failValidation() {
      failing = true;
      return () => (failing = false);
    },
    holdBack() {
      held = Promise.withResolvers();
      return held.resolve;
    },
    async connect(token, more = {}) {
      const socket = open({ auth: { token }, ...more });
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      });
      return socket;
    },
    async refused(given) {
      const socket = open(given);
      return new Promise((resolve, reject) => {
        socket.once('connect', () => reject(new Error('It was accepted')));
        socket.once('connect_error', (error) => resolve((error as Error & { data?: unknown }).data));
      });
    },
    async close() {
      for (const socket of opened) socket.close();
      await edge.drain();
      await edge.close();
      await revocations.close();
      await bus.close();
      await driver.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
