import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { inject } from 'vitest';
import { openDatabase, type Database } from '../src/db/index.ts';
import { runSql, TEMPLATE, withDatabase } from './postgres-template.ts';

export interface TestDatabase {
  readonly connectionString: string;
  readonly database: Database;
  /** Closes `database` and removes it from the server, whoever may still be connected. */
  drop(): Promise<void>;
}

interface TestDatabaseOptions {
  /** `false`: an empty database, without the product's tables. */
  readonly migrated?: boolean;
  readonly poolSize?: number;
  readonly statementTimeoutMs?: number;
}

/** The address of the run's own PostgreSQL, database `postgres`, as superuser. */
export function testServer(): string {
  return inject('postgres');
}

/** A database of the suite's own on real PostgreSQL, with all migrations applied (a clone, about 30 ms). */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = testServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runSql(server, `CREATE DATABASE ${name} TEMPLATE ${options.migrated === false ? 'template0' : TEMPLATE}`);
  const connectionString = withDatabase(server, name);
  const database = await openDatabase(
    {
      url: connectionString,
      dataDir: '/nonexistent',
      poolSize: options.poolSize ?? 5,
      statementTimeoutMs: options.statementTimeoutMs ?? 10_000,
    },
    { log: pino({ level: 'silent' }), progress: () => {} },
  );
  return {
    connectionString,
    database,
    async drop() {
      await database.close();
      await runSql(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
