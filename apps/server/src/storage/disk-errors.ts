import { Problem } from '../kernel/problem.ts';

// A file system without room, a quota that is used up, and a file larger than the file system or the process may have.
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The result of a file operation; one that failed for want of room fails with the Problem `storage.full`. */
export async function onDisk<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (FULL.has(errorCode(error) ?? '')) throw new Problem('storage.full', { cause: error });
    throw error;
  }
}

/** The result of a file operation, or undefined when there is no such file. */
export async function unlessMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
