import { rm } from 'node:fs/promises';
import { makeDataDir, type ServerProcess, startServer } from '../server-process.ts';

export interface Nodes {
  /** Where each listens now. */
  readonly urls: readonly string[];
  /** Counts starts, so that a restarted node is another process. */
  readonly processes: readonly number[];
  start(): Promise<void>;
  /** SIGKILL. */
  kill(index: number): Promise<void>;
  /** Another in the place of one that was killed. */
  replace(index: number): Promise<void>;
  /** What they printed of errors, for a person. */
  complaints(): string[];
  close(): Promise<void>;
}

const SECRET = 'one secret for all the nodes of a history, and long enough';

/** Real servers on one database, each with its own way to Redis. */
export function createNodes(databaseUrl: string, redisUrls: readonly string[], redisTimeoutMs: number): Nodes {
  const dataDirs: string[] = [];
  const all: ServerProcess[] = [];
  const current: ServerProcess[] = [];
  const urls: string[] = [];
  const processes: number[] = [];

  async function start(index: number): Promise<void> {
    dataDirs[index] ??= await makeDataDir();
    const server = startServer(dataDirs[index], {
      env: {
        NODE_ENV: 'test', JWT_SECRET: SECRET, DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: '6',
        REDIS_URL: redisUrls[index]!, REDIS_TIMEOUT_MS: `${redisTimeoutMs}`,
        RATE_LIMIT_ANONYMOUS_MAX: '0', RATE_LIMIT_USER_MAX: '0', RATE_LIMIT_AUTH_MAX: '0',
      },
    });
    processes[index] = all.push(server) - 1;
    current[index] = server;
    urls[index] = await server.ready();
  }

  const killAll = (): void => {
    for (const server of all) server.child.kill('SIGKILL');
  };
  process.on('exit', killAll);

  return {
    urls, processes,
    async start() {
      // The first migrates; the others find it done.
      for (const index of redisUrls.keys()) await start(index);
    },
    async close() {
      killAll();
      process.off('exit', killAll);
      await Promise.all(all.map((server) => server.ended));
      await Promise.all(dataDirs.map((folder) => rm(folder, { recursive: true, force: true })));
    },
    async kill(index) {
      const server = current[index]!;
      server.child.kill('SIGKILL');
      await server.ended;
    },
    replace: start,
    complaints: () => all.flatMap((server) => server.lines.filter((line) => /"level":(50|60)|ERROR|FATAL/.test(line))),
  };
}
