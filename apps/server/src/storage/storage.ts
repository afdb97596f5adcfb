import type { Readable } from 'node:stream';

/** One stored object as it is at this moment. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /** A strong validator without its quotes: lower-case hex that changes whenever the bytes change. */
  readonly etag: string;
}

/** Bytes at rest that can be read at any place. */
export interface ReadableBytes {
  readonly sizeBytes: number;
  /** `length` bytes from `start`; fewer only where the bytes end. */
  read(start: number, length: number): Promise<Uint8Array>;
}

export interface PutOptions {
  /** The source may hold this many bytes and no more: one byte over ends it with `ObjectTooLargeError`. */
  readonly maxBytes: number;
  /** Aborting ends the upload at once with the signal's reason, even while the source is silent. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes written so far, after each write. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Looks at all bytes after the source has ended and before anybody can see them; throwing discards them. */
  readonly inspect?: ((file: ReadableBytes) => Promise<void>) | undefined;
}

/** An inclusive range of bytes, as in HTTP: `{start: 0, end: 0}` is the first byte. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where films and pictures lie. Keys look like `movies/12/0198c0de.mp4`: segments of a–z, 0–9, `.`, `_` and `-`
 * joined by `/`; anything else is an `ObjectKeyError`. A key must not be the folder of another key.
 * SPEC.md has the rules; `contract-suite.ts` proves them for each driver.
 */
export interface Storage {
  /**
   * Streams `source` into the object `key`, in constant memory and no faster than it can be written. The object appears
   * whole, durable and at once, replacing what was there; a source that fails or is aborted leaves nothing behind.
   * Rejects with `ObjectTooLargeError`, with the Problem `storage.full`, or with what the source, the signal or
   * `inspect` threw.
   */
  put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredObject>;

  /** What is stored under `key`, or undefined. */
  head(key: string): Promise<StoredObject | undefined>;

  /**
   * A stream of the object's bytes, or undefined when there is no such object. It ends early where the object ends.
   * The caller must consume or destroy it: it holds a file or a connection.
   */
  read(key: string, range?: ByteRange): Promise<Readable | undefined>;

  /** Removes the object; a missing one is fine. Readers that have it open read on. */
  delete(key: string): Promise<void>;

  /** Bytes that can still be stored, or undefined where nobody can say (S3). */
  freeBytes(): Promise<number | undefined>;

  /**
   * Removes what broken uploads of dead processes left behind and has not been written to for `olderThanMs`; returns
   * how many. Choose it longer than any upload may be silent, for other nodes may be uploading into the same place.
   */
  sweep(olderThanMs: number): Promise<number>;

  /** Aborts running uploads, waits until nothing of them is left, and refuses further calls. */
  close(): Promise<void>;
}
