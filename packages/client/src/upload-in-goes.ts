import type { Movie, MovieUpload } from '@watchparty/protocol';
import { ApiError, NetworkError } from './api-error.ts';
import type { HttpClient } from './http-client.ts';
import type { Progress } from './upload.ts';

/** Sends `bytes` behind the first `offset`, telling how many of them are on their way; answers how many have arrived. */
export type SendPart = (
  upload: MovieUpload, offset: number, bytes: Blob, options: { readonly signal: AbortSignal; readonly onSent: (bytes: number) => void },
) => Promise<number>;

export interface UploadInGoesOptions {
  readonly movieId: number;
  readonly film: Blob;
  readonly fileName: string;
  /** One to go on with; left out: a new one is begun. */
  readonly upload?: MovieUpload | undefined;
  /** Pausing is aborting, and going on with the upload that `onBegun` told. */
  readonly signal: AbortSignal;
  readonly onBegun?: (upload: MovieUpload) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** The connection is broken, or the server asks for patience; true until it goes on. */
  readonly onWaiting?: (waiting: boolean) => void;
  /** For browsers, whose `fetch` cannot tell how much is sent. */
  readonly sendPart?: SendPart;
  readonly partBytes?: number;
  /** Resolves after `ms`, or earlier when it is worth a try; rejects when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Each part is a request with a token of its own age, and what proxies let pass. */
const PART_BYTES = 32 * 1024 * 1024;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Sends a film in goes until it is the movie's, over broken connections and restarts of the server. Rejects with the
 * server's refusal, or with the signal's reason; what has arrived stays for the next call with the same `upload`.
 */
export async function uploadInGoes(movies: HttpClient['movies'], options: UploadInGoesOptions): Promise<Movie> {
  const { movieId, film, fileName, signal, onProgress, onWaiting, partBytes = PART_BYTES } = options;
  const sendPart: SendPart = options.sendPart ?? ((upload, offset, bytes, { signal: stop }) => movies.sendPart(movieId, upload.id, offset, bytes, { signal: stop }));
  const totalBytes = film.size;
  let upload = options.upload;
  let failures = 0;

  async function go(): Promise<void> {
    let offset = 0;
    if (upload === undefined) {
      upload = await movies.beginUpload(movieId, { lengthBytes: totalBytes, fileName, fingerprint: await fingerprintOf(film) }, { signal });
      options.onBegun?.(upload);
    } else {
      offset = (await movies.lookAtUpload(movieId, upload.id, { signal })).offsetBytes;
    }
    onWaiting?.(false);
    onProgress?.({ sentBytes: offset, totalBytes });
    while (offset < totalBytes) {
      const from = offset;
      offset = await sendPart(upload, from, film.slice(from, from + partBytes), {
        signal, onSent: (bytes) => onProgress?.({ sentBytes: from + bytes, totalBytes }),
      });
      failures = 0;
      onProgress?.({ sentBytes: offset, totalBytes });
    }
  }

  for (;;) {
    try {
      await go();
      return await movies.get(movieId, { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      onWaiting?.(true);
      const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      await options.pause(Math.max(asked, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)), signal);
      failures += 1;
    }
  }
}

const PASSING = new Set(['movies.upload_offset_wrong', 'movies.upload_busy', 'request.timeout', 'request.aborted', 'ratelimit.exceeded']);

const isPassing = (error: unknown): boolean =>
  error instanceof NetworkError ||
  (error instanceof ApiError && (PASSING.has(error.code) || (error.status >= 500 && error.code !== 'storage.full')));

const HASHED_BYTES = 1024 * 1024;

/** Size and a hash of the first megabyte: the same file chosen again is known by it. No secret hangs on it. */
export async function fingerprintOf(film: Blob): Promise<string> {
  const head = new Uint8Array(await film.slice(0, HASHED_BYTES).arrayBuffer());
  // Two halves of FNV-1a: a page without https has no `crypto.subtle`.
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (const byte of head) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte ^ (a >>> 24), 0x01000193);
  }
  const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, '0');
  return `${film.size}-${hex(a)}${hex(b)}`;
}
