import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { builtApp, pagePaths } from '@watchparty/web';
import { type Config, loadConfig } from '../src/config/index.ts';
import { createWebApp, type WebApp } from '../src/edge/http/index.ts';
import type { Log } from '../src/kernel/log.ts';
import { type App, compose } from '../src/main/compose.ts';
import type { RoomTimings } from '../src/modules/rooms/index.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests read whatever came; the schemas have checked it on the server's side.
  // oxlint-disable-next-line no-explicit-any
  readonly body: any;
}

export interface Ask {
  readonly token?: string | undefined;
  /** Sent as JSON unless it is bytes or text already. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApp {
  readonly url: string;
  readonly app: App;
  readonly config: Config;
  readonly db: TestDatabase;
  readonly dataDir: string;
  /** One real HTTP request, with its JSON answer (or text, where it is none). */
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
  close(): Promise<void>;
}

interface TestAppOptions {
  readonly log?: Log;
  /** Another address of the app's database, such as one through a network that can be cut. */
  readonly reach?: (connectionString: string) => Promise<string>;
  readonly roomTimings?: Partial<RoomTimings>;
  /** Left out: what the suites' global set-up has built. */
  readonly webApp?: WebApp;
  /** Of its pages. */
  readonly webPaths?: readonly string[];
}

/** The whole server, as `npm start` builds it, on a database and a folder of its own, behind real HTTP. */
export async function startTestApp(env: Readonly<Record<string, string>> = {}, options: TestAppOptions = {}): Promise<TestApp> {
  const db = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'watchparty-app-'));
  const config = loadConfig({
    env: {
      NODE_ENV: 'test', DATA_DIR: dataDir, DATABASE_URL: (await options.reach?.(db.connectionString)) ?? db.connectionString, PORT: '0', LOG_DIR: 'off',
      RATE_LIMIT_ANONYMOUS_MAX: '0', RATE_LIMIT_USER_MAX: '0', RATE_LIMIT_AUTH_MAX: '0',
      PUBLIC_URL: 'http://watchparty.test', ...env,
    },
    cwd: dataDir,
  });
  const app = await compose(config, {
    log: options.log ?? pino({ level: 'silent' }),
    progress: () => {},
    onLost: () => {},
    // Built by the suites' global set-up.
    web: { app: options.webApp ?? createWebApp(builtApp), paths: options.webPaths ?? pagePaths },
    passwordCost: { memoryKiB: 64, passes: 1 },
    ...(options.roomTimings && { roomTimings: options.roomTimings }),
  });
  const url = app.http?.url ?? '';
  return {
    url, app, config, db, dataDir,
    ask: (method, path, ask = {}) => request(`${url}${path}`, method, ask),
    async close() {
      await app.close();
      await db.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function request(url: string, method: string, { token, body, headers }: Ask): Promise<Answer> {
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
