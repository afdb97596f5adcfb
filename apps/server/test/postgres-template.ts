import pg from 'pg';
import { pino } from 'pino';
import { migrate } from '../src/db/index.ts';

export const TEMPLATE = 'watchparty_template';

/** The address of another database of the same server. */
export function withDatabase(connectionString: string, database: string): string {
  // Not URL: it does not take an address without a host.
  return connectionString.replace(/\/[^/?]*(\?|$)/, `/${database}$1`);
}

/** A migrated database that nobody can connect to, for only then can it be cloned at any moment. */
export async function createTemplate(connectionString: string): Promise<void> {
  await runSql(connectionString, `CREATE DATABASE ${TEMPLATE}`);
  const template = { connectionString: withDatabase(connectionString, TEMPLATE) };
  await migrate(template, { log: pino({ level: 'silent' }), progress: () => {} });
  await runSql(connectionString, `ALTER DATABASE ${TEMPLATE} WITH ALLOW_CONNECTIONS false`);
}

/** One statement on a connection of its own. */
export async function runSql(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
