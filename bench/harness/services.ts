import { mkdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openThrowawayServer } from '../../apps/server/src/db/index.ts';
import { startRedis } from '../../packages/redis-kit/test/redis.ts';
import type { Context } from './bench.ts';
import { serverFile, WATCHPARTY } from './paths.ts';
import { startProgram } from './program.ts';

/** A Redis for one bench alone, without persistence. */
export async function openRedisServer({ defer }: Context): Promise<string> {
  const redis = await startRedis();
  defer(redis.stop);
  return redis.url;
}

/** A PostgreSQL for one bench alone, on every core: whoever asks it all the time shall not be slowed down by us. */
export async function openPostgres({ defer, cores }: Context): Promise<string> {
  const server = await cores.spread(openThrowawayServer);
  defer(server.close);
  return server.connectionString;
}

/** Starts one of servers/ on the measured core; its address. */
export async function openPeer({ cores, defer }: Context, name: string, ...args: string[]): Promise<string> {
  const program = startProgram(
    cores.measured([process.execPath, serverFile(name), ...args]), { env: { NODE_ENV: 'production' } },
  );
  defer(program.stop);
  return program.line();
}

interface ServerOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Without its cache: it finds no Redis where the cache's should be, and asks the database each time. */
  readonly cache: 'on' | 'away';
}

const START_TIMEOUT_MS = 30_000;
/** The most that the configuration takes: no request may be refused. */
const NO_LIMIT = '1000000';

/** The whole server as in production, on the measured core; its address. */
export async function openWatchParty(context: Context, options: ServerOptions): Promise<string> {
  const { databaseUrl, redisUrl, cache } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dataDir = join(context.folder, `watchparty-${port}`);
  mkdirSync(dataDir, { recursive: true });
  const program = startProgram(context.cores.measured([process.execPath, WATCHPARTY]), {
    cwd: dataDir,
    env: {
      NODE_ENV: 'production', LOG_LEVEL: 'warn', LOG_DIR: 'off', DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: `${port}`,
      PUBLIC_URL: url, JWT_SECRET: 'bench'.repeat(10), DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, TRUST_PROXY: '1',
      RATE_LIMIT_ANONYMOUS_MAX: NO_LIMIT, RATE_LIMIT_USER_MAX: NO_LIMIT, RATE_LIMIT_AUTH_MAX: NO_LIMIT,
      ...(cache === 'away' && { CACHE_REDIS_URL: `redis://127.0.0.1:${await freePort()}` }),
    },
  });
  context.defer(program.stop);
  for (const endMs = performance.now() + START_TIMEOUT_MS; ; await sleep(50)) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok === true) return url;
    if (performance.now() > endMs) throw new Error('WatchParty did not start');
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
