import type pg from 'pg';
import type { Migration } from './migration-files.ts';

export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/** Called under the migration lock: `IF NOT EXISTS` alone is not safe against a second creator. */
export async function ensureMigrationTable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query("SELECT to_regclass('schema_migrations') IS NOT NULL AS present");
  if ((rows[0] as { present: boolean }).present) return;
  await client.query(`
    CREATE TABLE schema_migrations (
      version    integer PRIMARY KEY,
      name       text NOT NULL,
      checksum   text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
}

export async function appliedMigrations(client: pg.ClientBase): Promise<readonly AppliedMigration[]> {
  const sql = 'SELECT version, name, checksum FROM schema_migrations ORDER BY version';
  return (await client.query<AppliedMigration>(sql)).rows;
}

/** The file and its record, in one transaction. The text may hold many statements. */
export async function applyMigration(client: pg.ClientBase, migration: Migration): Promise<void> {
  const { version, name, checksum } = migration;
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    const record = 'INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)';
    await client.query(record, [version, name, checksum]).catch((cause: Error) => {
      throw new Error(`it could not be recorded: ${cause.message}`, { cause });
    });
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
