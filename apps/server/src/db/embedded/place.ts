import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from '../../kernel/start-error.ts';
import { run, type OsUser } from './run.ts';

/** For what the user of PostgreSQL cannot reach in its first place; tests give another. */
export const SHARED_FOLDER = '/var/lib/watchparty';
/** In DATA_DIR: the path of a cluster that had to live elsewhere. */
const POINTER = 'postgres.location';

/** Where the cluster of this DATA_DIR is, if there is one. `StartError` when it has gone. */
export async function findCluster(dataDir: string, sharedFolder: string): Promise<string | undefined> {
  const pointer = path.join(dataDir, POINTER);
  const elsewhere = (await readFile(pointer, 'utf8').catch(() => '')).trim();
  if (elsewhere) {
    if (await exists(elsewhere)) return elsewhere;
    throw new StartError(
      `${pointer} says that the database is in ${elsewhere}, but it is not there. ` +
        'Bring it back, or remove that file to begin with an empty database.',
    );
  }
  return firstExisting([path.join(dataDir, 'postgres'), await sharedPlace(dataDir, sharedFolder)]);
}

/** Where a new cluster goes: `DATA_DIR/postgres` if PostgreSQL's user can get there. */
export async function choosePlace(
  dataDir: string,
  sharedFolder: string,
  user: OsUser | undefined,
  progress: (line: string) => void,
): Promise<string> {
  if (!user || (await canEnter(dataDir, user))) return path.join(dataDir, 'postgres');
  const place = await sharedPlace(dataDir, sharedFolder);
  await mkdirOpen(sharedFolder);
  await mkdirOpen(path.dirname(place));
  progress(`The user ${user.name} cannot enter ${dataDir}: the database goes to ${place}.`);
  return place;
}

/** After the cluster is whole: an interrupted first start must not leave a pointer to nothing. */
export async function rememberPlace(dataDir: string, cluster: string): Promise<void> {
  const pointer = path.join(dataDir, POINTER);
  if (cluster === path.join(dataDir, 'postgres') || (await exists(pointer))) return;
  const fresh = `${pointer}.${process.pid}`;
  await writeFile(fresh, `${cluster}\n`);
  await rename(fresh, pointer);
}

export async function canEnter(folder: string, user: OsUser): Promise<boolean> {
  const { code } = await run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { as: user });
  return code === 0;
}

/** Makes a folder of ours enterable by all, whatever our umask. */
export async function mkdirOpen(folder: string): Promise<void> {
  if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o755);
}

/** The same for the same DATA_DIR, so that an interrupted first start finds its own traces. */
async function sharedPlace(dataDir: string, sharedFolder: string): Promise<string> {
  const id = createHash('sha256').update(await realpath(dataDir)).digest('hex').slice(0, 16);
  return path.join(sharedFolder, id, 'postgres');
}

async function firstExisting(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await exists(folder)) return folder;
  return undefined;
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(() => true, (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return false;
    throw error;
  });
}
