import type { Storage, StoredObject } from '../../storage/index.ts';
import type { Video } from './container.ts';

export interface FilmUpload {
  readonly storage: Storage;
  readonly key: string;
  readonly source: AsyncIterable<Uint8Array>;
  /** The request's `Content-Length`; undefined for a chunked body. */
  readonly contentLength: number | undefined;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export declare function receiveFilm(upload: FilmUpload): Promise<{ object: StoredObject; video: Video }>;
