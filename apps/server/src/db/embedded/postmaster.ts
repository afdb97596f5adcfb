import { link, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import path from 'node:path';
import { StartError } from '../../kernel/start-error.ts';
import { run } from './run.ts';

/** What `postmaster.pid` says about the server of a cluster. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Empty on Windows, and before the server listens. */
  readonly socketFolder: string;
  readonly status: string;
}

/** The server that runs on this cluster now; undefined when none does, whatever an old file claims. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const found = await readPidFile(cluster);
  return found && (await isPostmasterOf(found.pid, cluster)) ? found : undefined;
}

async function readPidFile(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), socketFolder: lines[4] ?? '', status: lines[7] ?? '' };
}

/**
 * A process id alone proves nothing: after a crash or in a new container it may be anybody's.
 * A zombie, which nobody has waited for, does not count.
 */
export async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const [name, folder, own] = await Promise.all([
      readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
      realpath(cluster),
    ]);
    return name.trim() === 'postgres' && folder === own;
  }
  if (process.platform === 'win32') {
    const { stdout } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/NH']);
    return stdout.toLowerCase().includes('postgres');
  }
  const { stdout } = await run('ps', ['-o', 'args=', '-p', String(pid)]);
  return stdout.includes('postgres') && stdout.includes(cluster);
}

/**
 * Takes away the lock files of a server that is gone when their process id now belongs to another program,
 * which PostgreSQL would believe to be itself. (Those whose id is free it removes on its own.)
 * A server that starts at this moment keeps its files. `StartError` when a server that is not among our
 * processes answers on the socket: it runs in another container.
 */
export async function removeStaleLocks(cluster: string): Promise<void> {
  const stale = await readPidFile(cluster);
  if (!stale || (await isPostmasterOf(stale.pid, cluster))) return;
  const socket = stale.socketFolder && path.join(stale.socketFolder, `.s.PGSQL.${stale.port}`);
  if (socket && (await answers(socket)) && !(await findPostmaster(cluster))) {
    throw new StartError(`The database in ${cluster} is in use from another container. Stop that one first.`);
  }
  await setAside(path.join(cluster, 'postmaster.pid'), stale.pid);
  if (socket) await setAside(`${socket}.lock`, stale.pid);
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
      .once('connect', () => {
        connection.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}

/** Removes a lock file only if it still names `stalePid`: looking and removing are not one step. */
async function setAside(file: string, stalePid: number): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}`;
  await rename(file, aside).catch(() => {});
  const taken = Number((await readFile(aside, 'utf8').catch(() => '')).split('\n')[0]);
  if (taken && taken !== stalePid) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}
