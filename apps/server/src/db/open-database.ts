import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Database, DatabaseDeps, DatabaseSettings, Subscription } from './database.ts';
import { openEmbedded } from './embedded/index.ts';
import { openListener } from './listen.ts';
import { checkOwnServer } from './own-server.ts';
import { createPool } from './pool.ts';
import type { Tables } from './tables.ts';
import { createTransaction } from './transaction.ts';

/** A connection that is still in use when everything closes is given up after this time. */
const DRAIN_TIMEOUT_MS = 5_000;

/** Where PostgreSQL comes from: the embedded server or an own one. */
interface Source {
  readonly connectionString: string;
  close(): Promise<void>;
}

/** Opens the database; `StartError` with one clear line when it cannot be had. */
export async function openDatabase(settings: DatabaseSettings, deps: DatabaseDeps): Promise<Database> {
  const log = deps.log.child({ module: 'db' });
  const source = settings.url === undefined
    ? await openEmbedded(settings.dataDir, { log, progress: deps.progress })
    : await useOwnServer(settings.url);
  const { connectionString } = source;
  const { poolSize: size, statementTimeoutMs } = settings;
  const pool = createPool({ connectionString, size, statementTimeoutMs }, log);
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const listeners = new Set<Subscription>();
  let closed: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    await Promise.all([...listeners].map((listener) => listener.close()));
    await Promise.race([pool.end(), sleep(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
    await source.close();
  }

  return {
    kysely,
    transaction: createTransaction(kysely, { random: Math.random, wait: sleep }),
    async listen(channel, onNotify, onReconnect) {
      const listener = await openListener({ connectionString, log, channel, onNotify, onReconnect });
      listeners.add(listener);
      return {
        processId: () => listener.processId(),
        async close() {
          listeners.delete(listener);
          await listener.close();
        },
      };
    },
    async health() {
      const startedAt = performance.now();
      await sql`SELECT 1`.execute(kysely);
      return { latencyMs: performance.now() - startedAt };
    },
    connectionString,
    embedded: settings.url === undefined,
    close: () => (closed ??= closeAll()),
  };
}

async function useOwnServer(url: string): Promise<Source> {
  await checkOwnServer(url);
  return { connectionString: url, close: async () => {} };
}
