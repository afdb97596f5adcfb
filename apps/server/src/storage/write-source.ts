import type { FileHandle } from 'node:fs/promises';
import { abortable } from './abortable.ts';
import { ObjectTooLargeError } from './errors.ts';
import { onDisk } from './disk-errors.ts';
import type { PutOptions } from './storage.ts';

/** A request body arrives in pieces of 64 KiB: gathered into fewer system calls, but never held back for long. */
const GATHER_BYTES = 1024 * 1024;

interface WriteOptions extends Pick<PutOptions, 'maxBytes' | 'onProgress'> {
  readonly signal: AbortSignal;
  /** Where in the file the source begins; 0 when left out. */
  readonly offset?: number;
}

/**
 * Writes all of `source` to `file`; returns the file's length in bytes. Ends the source when it stops early; what has
 * come until then is in the file.
 */
export async function writeSource(
  file: FileHandle, source: AsyncIterable<Uint8Array>, options: WriteOptions,
): Promise<number> {
  let received = options.offset ?? 0;
  let written = received;
  let gathered: Uint8Array[] = [];

  const flush = async (): Promise<void> => {
    const chunks = gathered;
    gathered = [];
    written = await writeAll(file, chunks, written);
    options.onProgress?.(written);
  };

  try {
    for await (const chunk of abortable(source, options.signal)) {
      received += chunk.byteLength;
      if (received > options.maxBytes) throw new ObjectTooLargeError(options.maxBytes);
      gathered.push(chunk);
      if (received - written >= GATHER_BYTES) await flush();
    }
  } catch (error) {
    // A full disk has just refused them.
    if (gathered.length > 0) await flush().catch(() => undefined);
    throw error;
  }
  if (gathered.length > 0) await flush();
  return written;
}

/** Writes `chunks` from `position` on and returns the position behind them. A full disk may take a part of a write. */
async function writeAll(file: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<number> {
  let rest = chunks;
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await onDisk(file.writev(rest, at));
    at += bytesWritten;
    rest = withoutFirst(rest, bytesWritten);
  }
  return at;
}

function withoutFirst(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = bytes;
  for (const chunk of chunks) {
    if (skip >= chunk.byteLength) skip -= chunk.byteLength;
    else {
      rest.push(skip === 0 ? chunk : chunk.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
