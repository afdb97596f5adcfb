import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import { StartError } from '../../kernel/start-error.ts';
import { ObjectOffsetError, StorageClosedError } from '../errors.ts';
import { keySegments } from '../key.ts';
import type { ByteRange, PutOptions, Storage, StoredObject } from '../storage.ts';
import { appendPieces, discardPieces, lengthOf, type Piece, piecesOf, readablePieces } from './arriving.ts';
import { createBlockReader } from './block-reader.ts';
import { createS3Calls, type S3Object } from './calls.ts';
import { createS3Exchange, S3Refusal } from './exchange.ts';
import { inParts } from './in-parts.ts';
import type { S3Place } from './place.ts';

export interface S3StorageDeps {
  readonly clock: Clock;
  readonly newId: () => string;
  /** For tests: the defaults fit real servers and films. */
  readonly tuning?: Partial<Tuning>;
}

interface Tuning {
  /** S3 takes no part below 5 MiB but the last; a part is held in memory. */
  readonly partBytes: number;
  /** Copied within S3 at once up to this, above it in parts of this size. */
  readonly copyBytes: number;
  /** Pauses before a request is sent again that got no answer, or one that passes. */
  readonly retryAfterMs: readonly number[];
}

const TUNING: Tuning = { partBytes: 8 * 1024 * 1024, copyBytes: 512 * 1024 * 1024, retryAfterMs: [100, 400, 1600] };
const MAX_PARTS = 10_000;
/** Copied at once, when an object that came in pieces is joined: S3 does the work. */
const COPIES_AT_ONCE = 8;
/** Whole objects that are yet to be inspected lie here. No key can begin with a dot. */
const INCOMING = '.incoming';

/**
 * Objects in a bucket of an S3-compatible server. Large ones arrive in parts that S3 joins at the end; what must be
 * inspected first is joined under another name and copied within S3.
 * Throws a `StartError` when the bucket cannot be used.
 */
export async function openS3Storage(place: S3Place, { clock, newId, tuning }: S3StorageDeps): Promise<Storage> {
  const { partBytes, copyBytes, retryAfterMs } = { ...TUNING, ...tuning };
  const s3 = createS3Calls(place, createS3Exchange(place, retryAfterMs));
  await checkBucket(place, () => s3.checkBucket());
  const uploads = new Map<object, Promise<unknown>>();
  /** The ids of multipart uploads and the keys of incoming objects that this process works on. */
  const own = new Set<string>();
  const closing = new AbortController();

  const checked = (key: string): string => {
    keySegments(key);
    refuseClosed();
    return key;
  };
  const refuseClosed = (): void => {
    if (closing.signal.aborted) throw new StorageClosedError();
  };

  const signalOf = ({ signal }: Pick<PutOptions, 'signal'>): AbortSignal =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
  const newVersion = (): string => createHash('sha256').update(newId()).digest('hex').slice(0, 32);
  const partSize = (maxBytes: number): number => Math.max(partBytes, Math.ceil(maxBytes / MAX_PARTS));
  /** `close` waits for it. */
  async function running<T>(work: Promise<T>): Promise<T> {
    const name = {};
    uploads.set(name, work);
    try {
      return await work;
    } finally {
      uploads.delete(name);
    }
  }

  /** Joins the pieces under their key, within S3. */
  async function join(key: string, pieces: readonly Piece[], version: string, signal: AbortSignal): Promise<void> {
    const sizeBytes = lengthOf(pieces);
    if (pieces.length === 1 && sizeBytes <= copyBytes) return s3.copy(pieces[0]!.key, key, version);
    await sendParts(key, version, signal, async function* (id) {
      for (let at = 0; at < pieces.length; at += COPIES_AT_ONCE) {
        const together = pieces.slice(at, at + COPIES_AT_ONCE);
        yield* await Promise.all(together.map((piece, index) =>
          s3.copyPart(piece.key, key, id, at + index + 1, { start: 0, end: piece.sizeBytes - 1 }, signal)));
      }
    });
  }

  async function complete(key: string, options: Pick<PutOptions, 'inspect' | 'signal'>): Promise<StoredObject> {
    const signal = signalOf(options);
    const pieces = await piecesOf(s3, key);
    if (pieces.length === 0) {
      const made = await s3.head(key);
      if (made === undefined) throw new ObjectOffsetError(0);
      await options.inspect?.(createBlockReader(made.sizeBytes, (start, end) => bytesOf(key, start, end, signal)));
      return objectOf(key, made);
    }
    await options.inspect?.(readablePieces(s3, pieces, signal));
    signal.throwIfAborted();
    const version = newVersion();
    await join(key, pieces, version, signal);
    return stored(key, version, lengthOf(pieces));
  }

  /** Sends `parts` as one object and leaves nothing of them when that fails. */
  async function sendParts(
    key: string, version: string, signal: AbortSignal, parts: (id: string) => AsyncIterable<string>,
  ): Promise<void> {
    const id = await s3.createUpload(key, version, signal);
    own.add(id);
    try {
      const etags: string[] = [];
      for await (const etag of parts(id)) etags.push(etag);
      signal.throwIfAborted();
      await s3.complete(key, id, etags, version);
    } catch (error) {
      // When S3 is away now, the sweep will.
      await s3.abort(key, id).catch(() => undefined);
      throw error;
    } finally {
      own.delete(id);
    }
  }

  async function copy(
    from: string, to: string, sizeBytes: number, version: string, signal: AbortSignal,
  ): Promise<void> {
    if (sizeBytes <= copyBytes) return s3.copy(from, to, version);
    await sendParts(to, version, signal, async function* (id) {
      for (let start = 0, part = 1; start < sizeBytes; start += copyBytes, part += 1) {
        const end = Math.min(start + copyBytes, sizeBytes) - 1;
        yield await s3.copyPart(from, to, id, part, { start, end }, signal);
      }
    });
  }

  async function bytesOf(key: string, start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    const response = await s3.get(key, { start, end }, signal);
    return new Uint8Array((await response?.arrayBuffer()) ?? []);
  }

  async function upload(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredObject> {
    const { maxBytes, onProgress, inspect } = options;
    const signal = signalOf(options);
    signal.throwIfAborted();
    const version = newVersion();
    const size = partSize(maxBytes);
    const parts = inParts(source, { partBytes: size, maxBytes, signal });
    try {
      const first = (await parts.next()).value ?? new Uint8Array(0);
      let sizeBytes = first.byteLength;
      if (sizeBytes < size) {
        await inspect?.({ sizeBytes, read: async (start, length) => first.slice(start, start + length) });
        signal.throwIfAborted();
        await s3.put(key, first, version);
        if (sizeBytes > 0) onProgress?.(sizeBytes);
        return await stored(key, version, sizeBytes);
      }

      const target = inspect === undefined ? key : `${INCOMING}/${newId()}`;
      own.add(target);
      try {
        await sendParts(target, version, signal, async function* (id) {
          yield await s3.uploadPart(target, id, 1, first, signal);
          onProgress?.(sizeBytes);
          let part = 2;
          for await (const bytes of parts) {
            if (bytes.byteLength === 0) continue;
            yield await s3.uploadPart(target, id, part, bytes, signal);
            part += 1;
            sizeBytes += bytes.byteLength;
            onProgress?.(sizeBytes);
          }
        });
        if (inspect !== undefined) {
          await inspect(createBlockReader(sizeBytes, (start, end) => bytesOf(target, start, end, signal)));
          signal.throwIfAborted();
          await copy(target, key, sizeBytes, version, signal);
        }
      } finally {
        if (target !== key) await s3.remove(target).catch(() => undefined);
        own.delete(target);
      }
      return await stored(key, version, sizeBytes);
    } finally {
      await parts.return();
    }
  }

  /** Of the object that was put: by now another upload may have replaced it under this key. */
  async function stored(key: string, version: string, sizeBytes: number): Promise<StoredObject> {
    const found = await s3.head(key).catch(() => undefined);
    if (found?.version === version) return objectOf(key, found);
    return { key, sizeBytes, etag: version, modifiedAt: new Date(clock.now()) };
  }

  return {
    async put(key, source, options) {
      return running(upload(checked(key), source, options));
    },

    async arrived(key) {
      return readablePieces(s3, await piecesOf(s3, checked(key)), closing.signal);
    },

    async append(key, offset, source, options) {
      const signal = signalOf(options);
      signal.throwIfAborted();
      const { maxBytes } = options;
      return running(appendPieces(s3, checked(key), offset, source, { maxBytes, signal, newVersion, pieceBytes: partSize(maxBytes) }));
    },

    async complete(key, options) {
      return running(complete(checked(key), options));
    },

    async discard(key) {
      await discardPieces(s3, checked(key));
    },

    async head(key) {
      const found = await s3.head(checked(key));
      return found && objectOf(key, found);
    },

    async read(key, range) {
      const response = await s3.get(checked(key), range && checkedRange(range));
      if (response === undefined) return undefined;
      return response?.body ? Readable.fromWeb(response.body) : Readable.from([]);
    },

    async delete(key) {
      await s3.remove(checked(key));
    },

    async freeBytes() {
      refuseClosed();
      return undefined;
    },

    async sweep(olderThanMs) {
      refuseClosed();
      const before = clock.now() - olderThanMs;
      const old = ({ at }: { at: Date }): boolean => at.getTime() < before;
      const unfinished = (await s3.unfinished()).filter((found) => old(found) && !own.has(found.uploadId));
      for (const { key, uploadId } of unfinished) await s3.abort(key, uploadId);
      const incoming = (await s3.list(INCOMING)).filter((found) => old(found) && !own.has(found.key));
      for (const { key } of incoming) await s3.remove(key);
      return unfinished.length + incoming.length;
    },

    async close() {
      closing.abort(new StorageClosedError());
      await Promise.allSettled(uploads.values());
    },
  };
}

async function checkBucket({ bucket, endpoint }: S3Place, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    const { cause } = error as Error;
    const reason = error instanceof S3Refusal
      ? (REASONS[error.status] ?? `it answered ${error.status}`)
      : `it cannot be reached${error instanceof Problem && cause instanceof Error ? ` (${reasonOf(cause)})` : ''}`;
    throw new StartError(`STORAGE_URL: the bucket ${bucket} at ${endpoint} cannot be used: ${reason}`, { cause: error });
  }
}

const REASONS: Readonly<Record<number, string>> = {
  301: 'it lies in another region; set S3_REGION',
  400: 'the request was not understood; look at S3_REGION',
  403: 'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY have no right to it',
  404: 'there is no such bucket; create it first',
};

const reasonOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message || message : message);

function checkedRange(range: ByteRange): ByteRange {
  if (Number.isSafeInteger(range.start) && range.start >= 0 && range.end >= range.start) return range;
  throw new RangeError(`${range.start}-${range.end} is not a range of bytes`);
}

/** What something else has put there has no version of ours; S3's own then has to do. */
const objectOf = (key: string, { sizeBytes, modifiedAt, version, etag }: S3Object): StoredObject => ({
  key, sizeBytes, modifiedAt, etag: version ?? createHash('sha256').update(etag).digest('hex').slice(0, 32),
});
