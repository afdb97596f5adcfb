import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { StartError } from '../kernel/start-error.ts';
import { LOCKS, tryLock, waitForLock } from './advisory-lock.ts';
import type { Database, DatabaseDeps } from './database.ts';
import { readMigrations, type Migration } from './migration-files.ts';
import { appliedMigrations, applyMigration, ensureMigrationTable, type AppliedMigration } from './migrations.repo.ts';

interface MigrateDeps extends DatabaseDeps {
  /** Absolute; the product's own `migrations/` by default. */
  readonly directory?: string;
}

const PRODUCT_MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Applies what is missing, each file in its own transaction, under a lock: of several nodes that start
 * together one migrates and the others wait. `StartError` when database and code do not belong together.
 */
export async function migrate(
  database: Pick<Database, 'connectionString'>,
  deps: MigrateDeps,
): Promise<{ applied: readonly string[] }> {
  const migrations = await readMigrations(deps.directory ?? PRODUCT_MIGRATIONS);
  // A connection of its own: the pool's statement timeout is not for migrations.
  const client = new pg.Client({
    connectionString: database.connectionString,
    application_name: 'watchparty migrate',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    if (!(await tryLock(client, LOCKS.migration))) {
      deps.progress('Waiting for another node that changes the database…');
      await waitForLock(client, LOCKS.migration);
    }
    await ensureMigrationTable(client);
    const pending = pendingMigrations(migrations, await appliedMigrations(client));
    if (pending.length > 0) deps.progress(`Preparing the tables (${pending.length} migrations)…`);
    for (const migration of pending) {
      await applyMigration(client, migration).catch((error: unknown) => {
        throw explainFailure(migration, error);
      });
      deps.log.info({ migration: migration.name }, 'migration applied');
    }
    return { applied: pending.map(({ name }) => name) };
  } finally {
    await client.end().catch(() => {});
  }
}

/** What of the files is still to be applied; `StartError` when the database knows other migrations. */
export function pendingMigrations(
  files: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  const newest = applied.at(-1);
  if (newest && newest.version > files.length) {
    throw new StartError(
      `The database is newer than this WatchParty: it has migration ${newest.name}, ` +
        `the code ends at ${files.at(-1)?.name ?? 'none'}. Start the newer version.`,
    );
  }
  applied.forEach((row, index) => {
    if (row.version !== index + 1) {
      throw new StartError(`The database lacks migration ${index + 1} although it has ${row.name}. Restore a backup.`);
    }
    if (files[index]?.checksum !== row.checksum) {
      throw new StartError(
        `Migration ${row.name} was changed after it had been applied to this database. Restore the file.`,
      );
    }
  });
  return files.slice(applied.length);
}

function explainFailure(migration: Migration, error: unknown): StartError {
  const { message, position } = error as { message: string; position?: string };
  const line = position ? migration.sql.slice(0, Number(position) - 1).split('\n').length : undefined;
  const where = line ? `${migration.name}, line ${line}` : migration.name;
  return new StartError(`Migration ${where} failed and was undone: ${message}`, { cause: error });
}
