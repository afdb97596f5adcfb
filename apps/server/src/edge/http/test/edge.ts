import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import Type from 'typebox';
import { createCache, createMemoryStore } from '@watchparty/redis-kit/cache';
import { createMemoryRateLimitDriver, createRateLimiter, type RateLimiter } from '@watchparty/redis-kit/rate-limit';
import type { Queries } from '../../../db/index.ts';
import type { Actor } from '../../../kernel/actor.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { Problem } from '../../../kernel/problem.ts';
import type { Route } from '../../../kernel/route.ts';
import type { Write } from '../../../kernel/write.ts';
import type { Limiters } from '../limits.ts';
import { createHttpServer, type HttpServer, type HttpSettings } from '../server.ts';

export interface EdgeOptions {
  readonly settings?: Partial<HttpSettings>;
  readonly write?: Write;
  readonly queries?: Queries;
  readonly secret?: string;
  readonly limiters?: Limiters;
}

export interface Edge extends HttpServer {
  /** Everything that was logged, as it would be written. */
  readonly lines: string[];
}

const actor = (userId: number, role: Actor['role']): Actor =>
  ({ userId, username: `user${userId}`, role, sessionId: '01890000-0000-7000-8000-000000000000' });
const ACTORS: Readonly<Record<string, Actor>> = {
  user: actor(1, 'user'), other: actor(2, 'user'), admin: actor(3, 'admin'),
};

const unlimited = (prefix: string): RateLimiter =>
  createRateLimiter({ prefix, max: 0, windowMs: 1000 }, { driver: createMemoryRateLimitDriver({ clock: systemClock }) });

/** The edge alone, behind real HTTP, with routes of the test's own. `user`, `other` and `admin` are valid tokens. */
export async function startEdge(routes: readonly Route[], options: EdgeOptions = {}): Promise<Edge> {
  const lines: string[] = [];
  const server = await createHttpServer(
    {
      host: '127.0.0.1', port: 0, publicUrl: 'http://watchparty.test', corsOrigins: [], trustProxy: false,
      bodyLimitBytes: 1024 * 1024, requestTimeoutMs: 5000, drainTimeoutMs: 5000, ...options.settings,
    },
    {
      routes,
      identity: {
        async authenticate(token) {
          const known = ACTORS[token];
          if (known === undefined) throw new Problem('auth.token_invalid');
          return known;
        },
        verified: () => undefined,
        policy: { name: 'test.session', key: 'session:{id}', tags: [], ttl: 'test', freshness: 'strict', shape: Type.Unknown() },
        params: ({ sessionId }) => ({ id: sessionId }),
        actorOf: () => undefined,
        seen: () => {},
      },
      write: options.write ?? ((work) => work(undefined as never, { add: () => undefined })),
      queries: options.queries ?? (undefined as never),
      cache: createCache({
        store: createMemoryStore(randomUUID), log: { debug: () => {}, warn: () => {} }, now: systemClock.now,
      }),
      cacheTtlSeconds: { test: 60 },
      limiters: options.limiters ?? { anonymous: unlimited('anonymous'), user: unlimited('user'), auth: unlimited('auth') },
      secret: new TextEncoder().encode(options.secret ?? 'a secret of the tests'),
      clock: systemClock,
      log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    },
  );
  return { ...server, lines };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends bytes as they are, and reads until the server closes the connection. */
export async function sendRaw(url: string, ...parts: (string | Uint8Array)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
  const closed = new Promise((resolve) => { socket.once('close', resolve); });
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

/** The answers in what a connection carried; each must have a `Content-Length`. */
export function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) throw new Error(`Half an answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }));
    const length = Number(headers['content-length'] ?? 0);
    const status = Number(statusLine.split(' ')[1]);
    answers.push({ status, headers, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

/** One request over a raw connection, with its one answer. */
export async function askRaw(url: string, ...parts: (string | Uint8Array)[]): Promise<RawAnswer> {
  const answers = parseAnswers(await sendRaw(url, ...parts));
  if (answers.length !== 1) throw new Error(`Expected one answer, got ${answers.length}`);
  return answers[0]!;
}
