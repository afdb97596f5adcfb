import type { FileHandle } from 'node:fs/promises';
import { ObjectTooLargeError } from './errors.ts';
import { onDisk } from './disk-errors.ts';
import type { PutOptions } from './storage.ts';

/** A request body arrives in pieces of 64 KiB: gathered into fewer system calls, but never held back for long. */
const GATHER_BYTES = 1024 * 1024;

/** Writes all of `source` to the start of `file`; returns the number of bytes. Ends the source when it stops early. */
export async function writeSource(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  options: Pick<PutOptions, 'maxBytes' | 'onProgress'> & { readonly signal: AbortSignal },
): Promise<number> {
  let received = 0;
  let written = 0;
  let gathered: Uint8Array[] = [];

  const flush = async (): Promise<void> => {
    const chunks = gathered;
    gathered = [];
    written = await writeAll(file, chunks, written);
    options.onProgress?.(written);
  };

  for await (const chunk of abortable(source, options.signal)) {
    received += chunk.byteLength;
    if (received > options.maxBytes) throw new ObjectTooLargeError(options.maxBytes);
    gathered.push(chunk);
    if (received - written >= GATHER_BYTES) await flush();
  }
  if (received > written) await flush();
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

/** `source`, but an abort of `signal` ends it with the signal's reason even while its next chunk is awaited. */
async function* abortable(source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  // One slot, not `Promise.race` with a promise of the abort: that one would keep every chunk alive until the end.
  let rejectNext: (reason: unknown) => void = () => undefined;
  const onAbort = (): void => rejectNext(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    while (true) {
      const result = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        rejectNext = reject;
        iterator.next().then(resolve, reject);
      });
      ended = result.done === true;
      if (result.done === true) return;
      yield result.value;
      signal.throwIfAborted();
    }
  } catch (error) {
    ended ||= !signal.aborted;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (!ended) {
      const returned = iterator.return?.();
      returned?.catch(() => undefined);
      // A generator that waits for its next chunk cannot be returned until it comes: nobody may wait for that.
      if (!signal.aborted) await returned;
    }
  }
}
