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

export interface AppendOptions extends Pick<PutOptions, 'signal'> {
  /** Of the whole object, the same in each go: one byte over ends the source with `ObjectTooLargeError`. */
  readonly maxBytes: number;
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

  /** What has arrived of an object that comes in several goes; `sizeBytes` 0 where nothing has. */
  arrived(key: string): Promise<ReadableBytes>;

  /**
   * Adds `source` behind the first `offset` bytes that have arrived (what lay behind them goes) and answers how many
   * there are then. When the source fails or is aborted, what has come of it stays. Nobody sees any of it until
   * `complete`. One writer at a time is the caller's business. Rejects with `ObjectOffsetError` when less has arrived.
   */
  append(key: string, offset: number, source: AsyncIterable<Uint8Array>, options: AppendOptions): Promise<number>;

  /**
   * Makes what has arrived the object `key`, as `put` does; what `inspect` throws leaves it as it was. May be done
   * again when the answer got lost: then the object itself is inspected. `discard` clears away afterwards.
   * Rejects with `ObjectOffsetError` when nothing has arrived and there is no such object.
   */
  complete(key: string, options: Pick<PutOptions, 'inspect' | 'signal'>): Promise<StoredObject>;

  /** Forgets what has arrived; the object, if there is one, stays. */
  discard(key: string): Promise<void>;

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
   * What has arrived in goes stays: whoever began it knows of it.
   */
  sweep(olderThanMs: number): Promise<number>;

  /** Aborts running uploads, waits until nothing of them is left, and refuses further calls. */
  close(): Promise<void>;
}
