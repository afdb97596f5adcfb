import { Problem } from '../../kernel/problem.ts';
import { ObjectTooLargeError, type Storage, type StoredObject } from '../../storage/index.ts';
import { otherContainer, readVideo, SNIFF_BYTES, sniffContainer, unreadable, type Video } from './container/index.ts';

/** Room that uploads leave on the disk: the database and the logs may live on it. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** How often the room is looked at again while bytes come in: twice within the reserve for each of two uploads. */
const CHECK_EVERY_BYTES = 16 * 1024 * 1024;

export interface FilmUpload {
  readonly storage: Storage;
  readonly key: string;
  readonly source: AsyncIterable<Uint8Array>;
  /** The request's `Content-Length`; undefined for a chunked body. */
  readonly contentLength: number | undefined;
  readonly maxBytes: number;
  /** Ends the upload, and leaves nothing of it. */
  readonly signal: AbortSignal;
}

/**
 * Stores a film that is being sent and reads what it is. Refuses before the first byte what is announced as too large
 * (`movies.file_too_large`) or finds no room (`storage.full`), after the first bytes what is no mp4 or webm, and at the
 * end what is no whole, playable film (see `readVideo`); nothing of a refused or broken upload stays.
 */
export async function receiveFilm(upload: FilmUpload): Promise<{ object: StoredObject; video: Video }> {
  const { storage, contentLength, maxBytes, signal } = upload;
  if (contentLength !== undefined && contentLength > maxBytes) throw tooLarge(maxBytes);
  if (contentLength === 0) throw unreadable('It is empty.');
  await requireRoom(storage, contentLength ?? 0);

  let video: Video | undefined;
  try {
    const object = await storage.put(upload.key, checked(upload), {
      maxBytes,
      signal,
      inspect: async (file) => {
        video = await readVideo(file, { signal });
      },
    });
    if (!video) throw new Error('the storage has not shown the film before publishing it');
    return { object, video };
  } catch (error) {
    if (error instanceof ObjectTooLargeError) throw tooLarge(error.maxBytes);
    throw error;
  }
}

/** The body as it comes, refused as soon as something is wrong with it. */
async function* checked({ source, storage, contentLength }: FilmUpload): AsyncGenerator<Uint8Array, void> {
  let received = 0;
  for await (const chunk of watched(source, { storage, head: new Uint8Array(0), offset: 0, sizeBytes: undefined })) {
    received += chunk.byteLength;
    yield chunk;
  }
  if (received === 0) throw unreadable('It is empty.');
  if (contentLength !== undefined && received < contentLength) {
    throw new Problem('movies.file_truncated', {
      detail: `The upload broke off: ${received} of ${contentLength} bytes have arrived.`,
    });
  }
}

interface Watched {
  readonly storage: Storage;
  /** The film's first bytes that are there already, `SNIFF_BYTES` at most. */
  readonly head: Uint8Array;
  /** How many bytes are there already. */
  readonly offset: number;
  /** Of the whole film; undefined: the source ends where the film ends. */
  readonly sizeBytes: number | undefined;
}

/** The bytes as they come, until the film's first ones are no film's or the disk runs out of room. */
export async function* watched(source: AsyncIterable<Uint8Array>, { storage, head: before, offset, sizeBytes }: Watched): AsyncGenerator<Uint8Array, void> {
  let head: Uint8Array | undefined = offset >= SNIFF_BYTES ? undefined : before;
  let received = offset;
  let nextCheck = offset + CHECK_EVERY_BYTES;
  for await (const chunk of source) {
    received += chunk.byteLength;
    if (head) {
      head = Buffer.concat([head, chunk.subarray(0, SNIFF_BYTES)]);
      if (requireFilm(head, false)) head = undefined;
    }
    if (received >= nextCheck) {
      await requireRoom(storage, 0);
      nextCheck = received + CHECK_EVERY_BYTES;
    }
    yield chunk;
  }
  if (head && received > 0 && (sizeBytes === undefined || received === sizeBytes)) requireFilm(head, true);
}

/** Throws when the first bytes are no film's; false while they do not say. */
function requireFilm(head: Uint8Array, isWhole: boolean): boolean {
  const sniffed = sniffContainer(head, isWhole);
  if (sniffed.kind === 'refused') throw otherContainer(sniffed.reason);
  return sniffed.kind !== 'undecided';
}

export async function requireRoom(storage: Storage, bytes: number): Promise<void> {
  const free = await storage.freeBytes();
  if (free !== undefined && free < bytes + RESERVE_BYTES) throw new Problem('storage.full');
}

export function tooLarge(maxBytes: number): Problem {
  return new Problem('movies.file_too_large', { detail: `A film may have ${maxBytes} bytes at most.` });
}
