import { chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCluster } from './cluster.ts';
import { connectionStringOf } from './connection-string.ts';
import { findEngine } from './engine.ts';
import { chooseOsUser } from './os-user.ts';
import { SHARED_FOLDER } from './place.ts';
import { ensureServer, stopServer } from './server.ts';

/** Nothing of it survives, so nothing is written for a power cut. */
const CARELESS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  // A CREATE DATABASE that copies the template must not wait for its checkpoint.
  checkpoint_timeout: '1h',
  max_wal_size: '4GB',
};

interface ThrowawayServer {
  /** Of a superuser, to the database `postgres`. */
  readonly connectionString: string;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** A server of its own for tests and measurements: the same programs, a temporary folder, no fsync. */
export async function openThrowawayServer(): Promise<ThrowawayServer> {
  const progress = () => {};
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'watchparty-pg-'));
  const user = await chooseOsUser(undefined, progress);
  if (user) await chown(folder, user.uid, user.gid);
  const engine = await findEngine({ user, dataDir: folder, sharedFolder: SHARED_FOLDER, progress });
  const cluster = path.join(folder, 'postgres');
  const password = 'throwaway';

  async function close(): Promise<void> {
    await stopServer(engine, cluster);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await createCluster(engine, { folder: cluster, password, user, settings: CARELESS, sync: false });
    const { postmaster } = await ensureServer({ engine, cluster, user, progress });
    return { connectionString: connectionStringOf(postmaster, password, 'postgres'), close };
  } catch (error) {
    await close();
    throw error;
  }
}
