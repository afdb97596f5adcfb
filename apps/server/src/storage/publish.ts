import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Moves the finished file to `path` below `root`, making its folders, so that it outlives a power failure:
 * a rename is durable only when its folder has been written, and a folder only when its own parent has been.
 */
export async function publish(partial: string, path: string, root: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rename(partial, path);
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === root || folder === dirname(folder)) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder to write it out, and its file systems log renames themselves.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
