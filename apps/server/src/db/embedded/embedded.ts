import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import type { Log } from '../../kernel/log.ts';
import { StartError } from '../../kernel/start-error.ts';
import { holdAdvisoryLock } from '../advisory-lock.ts';
import { sqlState } from '../sql-state.ts';
import { createCluster, DATABASE, resetPassword } from './cluster.ts';
import { connectionStringOf } from './connection-string.ts';
import { findEngine } from './engine.ts';
import { chooseOsUser } from './os-user.ts';
import { loadPassword } from './password.ts';
import { choosePlace, findCluster, rememberPlace } from './place.ts';
import { findPostmaster } from './postmaster.ts';
import { ensureServer, stopServer } from './server.ts';

interface EmbeddedDeps {
  readonly log: Log;
  readonly progress: (line: string) => void;
}

interface EmbeddedServer {
  readonly connectionString: string;
  /** Stops the server, if it is still ours, and waits for its end. */
  close(): Promise<void>;
}

/**
 * PostgreSQL on the cluster of this DATA_DIR: created when there is none, taken over when a killed process
 * left it running. Who holds the owner lock in it may stop it, and starts it again when it dies;
 * a second process on the same DATA_DIR gets a `StartError` and leaves everything as it is.
 */
export async function openEmbedded(dataDir: string, deps: EmbeddedDeps): Promise<EmbeddedServer> {
  const { log, progress } = deps;
  await mkdir(dataDir, { recursive: true });
  const existing = await findCluster(dataDir);
  const user = await chooseOsUser(existing, progress);
  const engine = await findEngine({ user, dataDir, progress });
  const password = await loadPassword(dataDir);
  const folder = existing ?? (await choosePlace(dataDir, user, progress));
  if (!existing) {
    progress('Creating the database…');
    await createCluster(engine, { folder, user, password: password.text });
  } else if (password.fresh) {
    const running = await findPostmaster(folder);
    if (running) {
      throw new StartError(
        `${path.join(dataDir, 'postgres.password')} is missing while PostgreSQL runs: stop process ${running.pid} first.`,
      );
    }
    await resetPassword(engine, { folder, user, password: password.text });
  }
  await rememberPlace(dataDir, folder);
  if (!existing) progress('Starting PostgreSQL 18…');

  const serverOptions = { engine, cluster: folder, user, progress };
  const { postmaster, spawned } = await ensureServer(serverOptions);
  const connectionString = connectionStringOf(postmaster, password.text);
  let owned = true;
  const owner = await createDatabase(connectionStringOf(postmaster, password.text, 'postgres'))
    .then(() =>
      holdAdvisoryLock({
        connectionString,
        lock: 'embeddedOwner',
        log,
        // The server died under us: bring it back before connecting again.
        beforeReconnect: () => ensureServer(serverOptions),
        onLost: () => {
          owned = false;
          log.error('another process has taken over the embedded PostgreSQL');
        },
      }),
    )
    .catch(async (error: unknown) => {
      if (spawned) await stopServer(engine, folder);
      throw explain(error, dataDir);
    });
  if (!owner) {
    throw new StartError(`Another WatchParty runs with DATA_DIR ${dataDir}. Stop it, or set another DATA_DIR and PORT.`);
  }
  return {
    connectionString,
    async close() {
      await owner.close();
      if (owned) await stopServer(engine, folder);
    },
  };
}

/** Of two first starts at the same moment both may try. */
async function createDatabase(maintenance: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenance });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(DATABASE)}`);
  } catch (error) {
    if (!['42P04', '23505'].includes(sqlState(error) ?? '')) throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

function explain(error: unknown, dataDir: string): unknown {
  if (sqlState(error) !== '28P01') return error;
  const file = path.join(dataDir, 'postgres.password');
  return new StartError(`${file} does not hold the database's password. Restore it, or remove it to have a new one made.`);
}
