import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../kernel/clock.ts';
import { StartError } from '../kernel/start-error.ts';
import { createFolderStorage } from './folder-storage.ts';
import type { Storage } from './storage.ts';

export interface StorageDeps {
  readonly clock: Clock;
  /** A fresh name for an unfinished upload: a–z, 0–9 and `-`, unique over all nodes (a UUID will do). */
  readonly newId: () => string;
}

/** Whether a `STORAGE_URL` names a folder: a path, absolute or not, or a `file:` URL. */
export function isFolderUrl(url: string): boolean {
  // One letter before the colon is a Windows drive, not a scheme.
  return url !== '' && (/^file:/i.test(url) || !/^[a-z][a-z0-9+.-]+:/i.test(url));
}

/**
 * The storage that `url` names; a folder is made when it is missing.
 * Throws a `StartError` when the folder cannot be made or written to, or when `url` names no folder.
 */
export function createStorage(url: string, deps: StorageDeps): Storage {
  if (!isFolderUrl(url)) throw new StartError(`STORAGE_URL: ${url} is not a folder`);
  return createFolderStorage(folderOf(url), deps);
}

function folderOf(url: string): string {
  if (!/^file:/i.test(url)) return resolve(url);
  try {
    return fileURLToPath(url);
  } catch {
    const path = url.slice('file:'.length);
    if (isAbsolute(path)) return path;
    throw new StartError(`STORAGE_URL: ${url} is not a folder of this machine (write file:///a/folder)`);
  }
}
