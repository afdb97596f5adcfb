import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { OsUser } from './run.ts';

/** Older than this, a staging folder is garbage even if its maker's process id lives (ids are used again). */
const ABANDONED_AFTER_MS = 10 * 60_000;

/**
 * Makes folder `target` whole or not at all: `fill` writes below a sibling `<target>.new-…`, and what it
 * returns is renamed. If somebody else was quicker, theirs stays and ours is removed.
 */
export async function createWhole(
  target: string,
  owner: OsUser | undefined,
  fill: (staging: string) => Promise<string>,
): Promise<void> {
  await removeAbandoned(target);
  const staging = `${target}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(staging, { mode: 0o700 });
  try {
    if (owner) await chown(staging, owner.uid, owner.gid);
    await renameUnlessPresent(await fill(staging), target);
    await syncFolder(path.dirname(target));
  } finally {
    await removeFolder(staging);
  }
}

/** What interrupted starts left beside `target`. */
async function removeAbandoned(target: string): Promise<void> {
  const parent = path.dirname(target);
  const prefix = `${path.basename(target)}.new-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const folder = path.join(parent, name);
    const maker = Number(name.slice(prefix.length).split('-')[0]);
    if (isAlive(maker) && !(await isOld(folder))) continue;
    await removeFolder(folder);
  }
}

async function isOld(folder: string): Promise<boolean> {
  const changed = await stat(folder).catch(() => undefined);
  return changed !== undefined && Date.now() - changed.mtimeMs > ABANDONED_AFTER_MS;
}

/** Whether a process with this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function renameUnlessPresent(source: string, target: string): Promise<void> {
  try {
    await rename(source, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(code ?? '')) throw error;
    await stat(target);
  }
}

/** An orphaned initdb may still be writing there: try again, and leave the rest to the next start. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => {});
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
