import { mkdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import packageJson from '../../package.json' with { type: 'json' };
import { openThrowawayServer } from '../../apps/server/src/db/index.ts';
import { startRedis } from '../../packages/redis-kit/test/redis.ts';
import type { Context } from './bench.ts';
import { programFile, serverFile, WATCHPARTY } from './paths.ts';
import { type Program, startProgram } from './program.ts';

/** A Redis for one bench alone, without persistence. */
export async function openRedisServer({ defer }: Context): Promise<string> {
  const redis = await startRedis();
  defer(redis.stop);
  return redis.url;
}

/**
 * A PostgreSQL for one bench alone, on every core: whoever asks it all the time shall not be slowed down by us. `durable`:
 * as an installation has it, where commits are what is measured.
 */
export async function openPostgres({ defer, cores }: Context, { durable = false } = {}): Promise<string> {
  const server = await cores.spread(openThrowawayServer);
  defer(server.close);
  if (durable) await makeDurable(server.connectionString);
  return server.connectionString;
}

async function makeDurable(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) await client.query(`alter system set ${setting} = on`);
    await client.query('select pg_reload_conf()');
  } finally {
    await client.end();
  }
}

export interface MeasuredServer {
  readonly url: string;
  readonly program: Program;
  /** Where it writes what memory it uses, after SIGUSR2: see programs/tell-memory.ts. */
  readonly memoryFile: string;
}

/** Node, so that the server tells what memory it uses when asked. */
const node = (): string[] => [process.execPath, '--import', pathToFileURL(programFile('tell-memory')).href];

/** What `npm start` gives Node. */
const startFlags: readonly string[] = packageJson.scripts.start.match(/(?<= )--\S+/g) ?? [];

/** Starts one of servers/ on the measured core. */
export async function startPeer({ cores, defer, folder }: Context, name: string, ...args: string[]): Promise<MeasuredServer> {
  const memoryFile = join(folder, `memory-${name}`);
  const program = startProgram(
    cores.measured([...node(), serverFile(name), ...args]), { env: { NODE_ENV: 'production', BENCH_MEMORY_FILE: memoryFile } },
  );
  defer(program.stop);
  return { url: await program.line(), program, memoryFile };
}

/** The same; its address. */
export const openPeer = async (...wanted: Parameters<typeof startPeer>): Promise<string> => (await startPeer(...wanted)).url;

interface ServerOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Without its cache: it finds no Redis where the cache's should be, and asks the database each time. */
  readonly cache: 'on' | 'away';
}

const START_TIMEOUT_MS = 30_000;
/** The most that the configuration takes: no request may be refused. */
const NO_LIMIT = '1000000';

/** The same as `startWatchParty`; its address. */
export const openWatchParty = async (context: Context, options: ServerOptions): Promise<string> =>
  (await startWatchParty(context, options)).url;

/** The whole server as in production, on the measured core. */
export async function startWatchParty(context: Context, options: ServerOptions): Promise<MeasuredServer> {
  const { databaseUrl, redisUrl, cache } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dataDir = join(context.folder, `watchparty-${port}`);
  mkdirSync(dataDir, { recursive: true });
  const memoryFile = join(dataDir, 'memory');
  const program = startProgram(context.cores.measured([...node(), ...startFlags, WATCHPARTY]), {
    cwd: dataDir,
    env: {
      NODE_ENV: 'production', LOG_LEVEL: 'warn', LOG_DIR: 'off', DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: `${port}`,
      PUBLIC_URL: url, JWT_SECRET: 'bench'.repeat(10), DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, TRUST_PROXY: '1',
      RATE_LIMIT_ANONYMOUS_MAX: NO_LIMIT, RATE_LIMIT_USER_MAX: NO_LIMIT, RATE_LIMIT_AUTH_MAX: NO_LIMIT,
      RATE_LIMIT_LIVE_MAX: NO_LIMIT, LIVE_CONNECTIONS_USER_MAX: '0', LIVE_CONNECTIONS_ADDRESS_MAX: '0', BENCH_MEMORY_FILE: memoryFile,
      ...(cache === 'away' && { CACHE_REDIS_URL: `redis://127.0.0.1:${await freePort()}` }),
    },
  });
  context.defer(program.stop);
  for (const endMs = performance.now() + START_TIMEOUT_MS; ; await sleep(50)) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok === true) return { url, program, memoryFile };
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
