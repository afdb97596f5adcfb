import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../../kernel/log.ts';
import { StartError } from '../../kernel/start-error.ts';
import { holdAdvisoryLock } from '../advisory-lock.ts';
import { databaseProblem } from '../database-problem.ts';
import { sqlState } from '../sql-state.ts';
import { checkCluster, createCluster, DATABASE, MAJOR_VERSION, resetPassword } from './cluster.ts';
import { connectionStringOf } from './connection-string.ts';
import { findEngine, type Engine } from './engine.ts';
import { chooseOsUser } from './os-user.ts';
import { loadPassword, passwordFile } from './password.ts';
import { choosePlace, findCluster, rememberPlace, SHARED_FOLDER } from './place.ts';
import type { OsUser } from './run.ts';
import { ensureServer, stopServer } from './server.ts';

interface EmbeddedDeps {
  readonly log: Log;
  readonly progress: (line: string) => void;
  /** For what PostgreSQL's own user cannot reach; `/var/lib/watchparty` by default. */
  readonly sharedFolder?: string;
  /** Of the npm package with PostgreSQL's programs; by default the installed one. */
  readonly packageFolder?: string;
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
  try {
    const cluster = await prepareCluster(dataDir, deps);
    return await own(cluster, await connectable(cluster), deps);
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new StartError(`The database in ${dataDir} cannot be opened: ${message}`, { cause: error });
  }
}

interface Cluster {
  readonly dataDir: string;
  readonly folder: string;
  readonly engine: Engine;
  readonly user: OsUser | undefined;
  readonly password: string;
  readonly progress: (line: string) => void;
}

async function prepareCluster(dataDir: string, deps: EmbeddedDeps): Promise<Cluster> {
  const { progress, packageFolder, sharedFolder = SHARED_FOLDER } = deps;
  await mkdir(dataDir, { recursive: true });
  const existing = await findCluster(dataDir, sharedFolder);
  const user = await chooseOsUser(existing, progress);
  const engine = await findEngine({ user, dataDir, progress, sharedFolder, ...(packageFolder ? { packageFolder } : {}) });
  const password = await loadPassword(dataDir);
  const folder = existing ?? (await choosePlace(dataDir, sharedFolder, user, progress));
  if (existing) {
    await checkCluster(folder, user);
  } else {
    progress('Creating the database…');
    await createCluster(engine, { folder, user, password });
    progress(`Starting PostgreSQL ${MAJOR_VERSION}…`);
  }
  await rememberPlace(dataDir, folder);
  return { dataDir, folder, engine, user, password, progress };
}

const STOPPING_ATTEMPTS = 100;
const STOPPING_INTERVAL_MS = 100;

interface RunningServer {
  readonly connectionString: string;
  readonly port: number;
}

/** The running server, with our database in it. */
async function connectable(cluster: Cluster): Promise<RunningServer> {
  const { folder, engine, password } = cluster;
  let reset = false;
  for (let attempt = 1; ; attempt += 1) {
    const { postmaster, spawned } = await ensureServer({ ...cluster, cluster: folder });
    try {
      await createDatabase(connectionStringOf(postmaster, password, 'postgres'));
      return { connectionString: connectionStringOf(postmaster, password), port: postmaster.port };
    } catch (error) {
      // Another process, about to end, was just stopping it.
      if (!spawned && attempt < STOPPING_ATTEMPTS && databaseProblem(error)) {
        await sleep(STOPPING_INTERVAL_MS);
        continue;
      }
      if (spawned) await stopServer(engine, folder);
      if (sqlState(error) !== '28P01' || reset) throw error;
      const file = passwordFile(cluster.dataDir);
      if (!spawned) {
        throw new StartError(`${file} does not fit the PostgreSQL that runs: end process ${postmaster.pid} first.`);
      }
      // The file was lost: who may start the server may also set its password.
      cluster.progress(`Giving the database the password in ${file}…`);
      await resetPassword(engine, cluster);
      reset = true;
    }
  }
}

async function own(cluster: Cluster, server: RunningServer, { log }: EmbeddedDeps): Promise<EmbeddedServer> {
  const { folder, engine, dataDir } = cluster;
  const { connectionString, port } = server;
  let owned = true;
  const owner = await holdAdvisoryLock({
    connectionString,
    lock: 'embeddedOwner',
    log,
    // The server died under us: bring it back before connecting again.
    beforeReconnect: () => ensureServer({ ...cluster, cluster: folder, port }),
    onLost: () => {
      owned = false;
      log.error('another process has taken over the embedded PostgreSQL');
    },
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
