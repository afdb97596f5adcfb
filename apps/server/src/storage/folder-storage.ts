import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, type BigIntStats } from 'node:fs';
import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock } from '../kernel/clock.ts';
import { StartError } from '../kernel/start-error.ts';
import { onDisk, unlessMissing } from './disk-errors.ts';
import { ObjectOffsetError, StorageClosedError } from './errors.ts';
import { keySegments } from './key.ts';
import { publish } from './publish.ts';
import type { AppendOptions, ByteRange, PutOptions, ReadableBytes, Storage, StoredObject } from './storage.ts';
import { writeSource } from './write-source.ts';

/** Unfinished uploads lie here, on the file system of the objects. No key can begin with a dot. */
const INCOMING = '.incoming';
/** And here what arrives in several goes, under its key. */
const ARRIVING = '.arriving';
/** 64 KiB, the default of streams, halves the speed of a film that lies in the page cache. */
const READ_CHUNK_BYTES = 256 * 1024;

/** Objects as files below `root`; the key is the path. Several nodes may share the folder. */
export function createFolderStorage(root: string, deps: { clock: Clock; newId: () => string }): Storage {
  const incoming = join(root, INCOMING);
  prepare(incoming);
  const uploads = new Map<unknown, Promise<unknown>>();
  const closing = new AbortController();

  const pathOf = (key: string): string => {
    const path = join(root, ...keySegments(key));
    if (closing.signal.aborted) throw new StorageClosedError();
    return path;
  };

  const arrivingOf = (key: string): string => join(root, ARRIVING, ...keySegments(key));
  const signalOf = ({ signal }: Pick<PutOptions, 'signal'>): AbortSignal =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
  /** `close` waits for it. */
  async function running<T>(name: unknown, work: Promise<T>): Promise<T> {
    uploads.set(name, work);
    try {
      return await work;
    } finally {
      uploads.delete(name);
    }
  }

  async function append(
    partial: string, offset: number, source: AsyncIterable<Uint8Array>, options: AppendOptions,
  ): Promise<number> {
    const signal = signalOf(options);
    signal.throwIfAborted();
    await onDisk(mkdir(dirname(partial), { recursive: true }));
    const file = await onDisk(open(partial, constants.O_RDWR | constants.O_CREAT));
    try {
      const { size } = await file.stat();
      if (size < offset) throw new ObjectOffsetError(size);
      if (size > offset) await file.truncate(offset);
      return await writeSource(file, source, { maxBytes: options.maxBytes, signal, offset });
    } finally {
      await file.sync().catch(() => undefined);
      await file.close();
    }
  }

  async function complete(key: string, path: string, options: Pick<PutOptions, 'inspect' | 'signal'>): Promise<StoredObject> {
    const partial = arrivingOf(key);
    const arrived = await unlessMissing(open(partial, 'r+'));
    const file = arrived ?? (await unlessMissing(open(path, 'r')));
    if (file === undefined) throw new ObjectOffsetError(0);
    try {
      await options.inspect?.(readableFile(file, (await file.stat()).size));
      signalOf(options).throwIfAborted();
      if (arrived !== undefined) {
        await onDisk(file.sync());
        await onDisk(publish(partial, path, root));
      }
      return objectOf(key, await file.stat({ bigint: true }));
    } finally {
      await file.close();
    }
  }

  const upload = async (
    key: string,
    path: string,
    partial: string,
    source: AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<StoredObject> => {
    const signal = signalOf(options);
    signal.throwIfAborted();
    const file = await onDisk(open(partial, 'wx+'));
    try {
      const sizeBytes = await writeSource(file, source, { ...options, signal });
      await options.inspect?.(readableFile(file, sizeBytes));
      signal.throwIfAborted();
      await onDisk(file.sync());
      await onDisk(publish(partial, path, root));
      // Of the file that was written: by now another upload may have replaced it under this key.
      return objectOf(key, await file.stat({ bigint: true }));
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  };

  return {
    async put(key, source, options) {
      const path = pathOf(key);
      const name = `${deps.newId()}.part`;
      return running(name, upload(key, path, join(incoming, name), source, options));
    },

    async arrived(key) {
      pathOf(key);
      const path = arrivingOf(key);
      const sizeBytes = (await unlessMissing(stat(path)))?.size ?? 0;
      return { sizeBytes, read: (start, length) => readAt(path, sizeBytes, start, length) };
    },

    async append(key, offset, source, options) {
      pathOf(key);
      return running({}, append(arrivingOf(key), offset, source, options));
    },

    async complete(key, options) {
      return running({}, complete(key, pathOf(key), options));
    },

    async discard(key) {
      pathOf(key);
      await unlessMissing(rm(arrivingOf(key), { force: true }));
    },

    async head(key) {
      const stats = await unlessMissing(stat(pathOf(key), { bigint: true }));
      return stats?.isFile() ? objectOf(key, stats) : undefined;
    },

    async read(key, range) {
      return await openStream(pathOf(key), range);
    },

    async delete(key) {
      await unlessMissing(rm(pathOf(key), { force: true }));
    },

    async freeBytes() {
      if (closing.signal.aborted) throw new StorageClosedError();
      const { bavail, bsize } = await statfs(incoming);
      return bavail * bsize;
    },

    async sweep(olderThanMs) {
      if (closing.signal.aborted) throw new StorageClosedError();
      const before = deps.clock.now() - olderThanMs;
      let removed = 0;
      for (const name of await readdir(incoming)) {
        if (uploads.has(name)) continue;
        const path = join(incoming, name);
        const stats = await unlessMissing(stat(path));
        if (!stats?.isFile() || stats.mtimeMs >= before) continue;
        await rm(path, { force: true });
        removed += 1;
      }
      return removed;
    },

    async close() {
      closing.abort(new StorageClosedError());
      await Promise.allSettled(uploads.values());
    },
  };
}

function prepare(incoming: string): void {
  try {
    mkdirSync(incoming, { recursive: true });
    accessSync(incoming, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(`STORAGE_URL: cannot write to ${incoming} (${(error as Error).message})`, {
      cause: error,
    });
  }
}

async function openStream(path: string, range: ByteRange | undefined): Promise<Readable | undefined> {
  if (range && !(Number.isSafeInteger(range.start) && range.start >= 0 && range.end >= range.start)) {
    throw new RangeError(`${range.start}-${range.end} is not a range of bytes`);
  }
  const file = await unlessMissing(open(path, 'r'));
  if (!file) return undefined;
  try {
    // A folder can be opened like a file, and fails only when it is read.
    if ((await file.stat()).isFile()) return file.createReadStream({ ...range, highWaterMark: READ_CHUNK_BYTES });
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

async function readAt(path: string, sizeBytes: number, start: number, length: number): Promise<Uint8Array> {
  const file = await unlessMissing(open(path, 'r'));
  if (file === undefined) return new Uint8Array(0);
  try {
    return await readableFile(file, sizeBytes).read(start, length);
  } finally {
    await file.close();
  }
}

function readableFile(file: Awaited<ReturnType<typeof open>>, sizeBytes: number): ReadableBytes {
  return {
    sizeBytes,
    async read(start, length) {
      const wanted = Math.max(0, Math.min(length, sizeBytes - start));
      const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(wanted), position: start });
      return buffer.subarray(0, bytesRead);
    },
  };
}

/** The inode tells two uploads within one tick of the file system's clock apart; all nodes of a share see the same. */
function objectOf(key: string, stats: BigIntStats): StoredObject {
  const version = `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
  return {
    key,
    sizeBytes: Number(stats.size),
    modifiedAt: stats.mtime,
    etag: createHash('sha256').update(version).digest('hex').slice(0, 32),
  };
}
