import { createHash } from 'node:crypto';
import { chown, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StartError } from '../../kernel/start-error.ts';
import { canEnter } from './place.ts';
import type { OsUser } from './run.ts';

/** A socket's whole path has at most 103 bytes on macOS, 107 on Linux. */
const LONGEST_PATH_BYTES = 100;
const SOCKET_NAME = '/.s.PGSQL.5432';

/** A folder for the socket that only the server's user can enter: the cluster itself if its path is short. */
export async function openSocketFolder(cluster: string, user: OsUser | undefined): Promise<string> {
  if (fits(cluster)) return cluster;
  const name = `watchparty-${createHash('sha256').update(cluster).digest('hex').slice(0, 16)}`;
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const folder = path.join(parent, name);
    if (fits(folder) && (!user || (await canEnter(parent, user)))) return ownFolder(folder, user);
  }
  throw new StartError(`The path of ${cluster} is too long for a socket; choose a shorter DATA_DIR.`);
}

function fits(folder: string): boolean {
  return Buffer.byteLength(folder + SOCKET_NAME) < LONGEST_PATH_BYTES;
}

/** Others may write in the parent: what is there already must be ours, and closed to them. */
async function ownFolder(folder: string, user: OsUser | undefined): Promise<string> {
  const owner = user?.uid ?? process.getuid?.();
  try {
    await mkdir(folder, { mode: 0o700 });
    if (user) await chown(folder, user.uid, user.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const { uid, mode, isDirectory } = await describe(folder);
  if (!isDirectory || (mode & 0o077) !== 0 || (uid !== owner && uid !== process.getuid?.())) {
    throw new StartError(`${folder} belongs to somebody else; remove it, or choose a shorter DATA_DIR.`);
  }
  // A start that was killed between the two calls above left it to us.
  if (user && uid !== owner) await chown(folder, user.uid, user.gid);
  return folder;
}

async function describe(folder: string) {
  const found = await lstat(folder);
  return { uid: found.uid, mode: found.mode, isDirectory: found.isDirectory() };
}
