import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import type { Database } from './database.ts';

/** Four of them listen, one for each worker; few queries run side by side on one machine without Redis. */
const SIZE = 12;

/** Connections for queues that live in the database, in a schema of their own; close them before the database. */
export function openQueuePool(database: Pick<Database, 'connectionString'>, log: Log): { pool: pg.Pool; close(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: database.connectionString,
    application_name: 'watchparty queues',
    max: SIZE,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: 10_000,
    options: '-c TimeZone=UTC -c search_path=bullmq',
  });
  // Each queue and each worker adds one of its own.
  pool.setMaxListeners(50);
  pool.on('connect', (client) => client.setMaxListeners(50).on('error', () => {}));
  pool.on('error', ({ message }) => log.debug({ reason: message }, 'a connection of the queues was lost'));
  let closed: Promise<void> | undefined;
  return { pool, close: () => (closed ??= pool.end()) };
}
