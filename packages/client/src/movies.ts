import type { AddSubtitlesQuery, Movie, MovieBody, MovieUpload, PatchMovieBody, StreamUrl, Subtitles } from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import { jsonOf } from './exchange.ts';
import type { Page, PageQuery } from './page.ts';
import type { Picture } from './pictures.ts';
import { type Film, type Progress, sending } from './upload.ts';

export interface MoviesQuery extends PageQuery {
  /** One's own, public or not. */
  readonly mine?: boolean;
}

export interface UploadOptions extends CallOptions {
  readonly onProgress?: (progress: Progress) => void;
}

export interface StreamOptions extends CallOptions {
  /** In bytes; `end` inclusive, the end of the film when left out. */
  readonly range?: { readonly start: number; readonly end?: number };
}

/** A film that is to be sent in several goes. */
export interface NewMovieUpload {
  readonly lengthBytes: number;
  readonly fileName: string;
  /** By which to know the file again: see `fingerprintOf`. */
  readonly fingerprint?: string;
}

interface Settings {
  readonly baseUrl: string;
  readonly streamsUploads: boolean;
  readonly newIdempotencyKey: () => string;
}

const TUS = { 'tus-resumable': '1.0.0' };
/** Of any text, for a header. */
const base64 = (text: string): string => btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));

export function movieCalls({ data, create, send }: Caller, { baseUrl, streamsUploads, newIdempotencyKey }: Settings) {
  const at = (movieId: number, rest = ''): string => `/api/movies/${movieId}${rest}`;

  return {
    /** A movie without its film: upload that afterwards, or give the `url` where it is. */
    create: (movie: MovieBody, options?: CreateOptions): Promise<Movie> => create('/api/movies', movie, options),

    /** Public movies, newest first. */
    list: ({ page, limit, mine }: MoviesQuery = {}, { signal }: CallOptions = {}): Promise<Page<Movie>> =>
      data({ method: 'GET', path: '/api/movies', query: { page, limit, mine }, signal }),

    get: (movieId: number, { signal }: CallOptions = {}): Promise<Movie> =>
      data({ method: 'GET', path: at(movieId), signal }),

    patch: (movieId: number, changes: PatchMovieBody, { signal }: CallOptions = {}): Promise<Movie> =>
      data({ method: 'PATCH', path: at(movieId), body: changes, signal }),

    /** What is left out returns to its default; an uploaded film stays. */
    put: (movieId: number, movie: MovieBody, { signal }: CallOptions = {}): Promise<Movie> =>
      data({ method: 'PUT', path: at(movieId), body: movie, signal }),

    /** Removes the movie and its film. */
    remove: (movieId: number, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: at(movieId), signal }),

    /**
     * Sends the film itself, an mp4 or webm, and answers the movie with its duration. Nothing of an upload that
     * breaks is kept. A stream is sent once; bytes and blobs are sent again with a renewed token where needed.
     */
    async upload(movieId: number, film: Film, { signal, onProgress }: UploadOptions = {}): Promise<Movie> {
      // An expired token is renewed here, not after hours of sending.
      await data({ method: 'GET', path: '/api/auth/profile', signal });
      const body = sending(film, { onProgress, asStream: streamsUploads, signal });
      const response = await send({
        method: 'PUT', path: at(movieId, '/file'), headers: { 'content-type': 'application/octet-stream' },
        body, bodyOnce: film instanceof ReadableStream, signal,
      });
      onProgress?.(body.complete());
      return (await jsonOf<{ readonly data: Movie }>(response, signal)).data;
    },

    /** Begins the upload of a film in several goes; `uploadInGoes` does all of it. */
    async beginUpload(movieId: number, { lengthBytes, fileName, fingerprint }: NewMovieUpload, options: CreateOptions = {}): Promise<MovieUpload> {
      const { signal, idempotencyKey = newIdempotencyKey() } = options;
      const metadata = `filename ${base64(fileName)}${fingerprint === undefined ? '' : `,fingerprint ${base64(fingerprint)}`}`;
      const headers = {
        ...TUS, 'idempotency-key': idempotencyKey, 'upload-length': String(lengthBytes), 'upload-metadata': metadata,
      };
      const response = await send({ method: 'POST', path: at(movieId, '/uploads'), headers, signal }, { repeatable: true });
      return (await jsonOf<{ readonly data: MovieUpload }>(response, signal)).data;
    },

    /** One's own unfinished uploads, newest first. */
    uploads: ({ signal }: CallOptions = {}): Promise<{ readonly items: readonly MovieUpload[] }> =>
      data({ method: 'GET', path: '/api/movies/uploads', signal }),

    /** How far an upload is. What the server still receives of it by another connection is ended. */
    lookAtUpload: (movieId: number, uploadId: string, { signal }: CallOptions = {}): Promise<MovieUpload> =>
      data({ method: 'GET', path: at(movieId, `/uploads/${uploadId}`), headers: TUS, signal }),

    /** Sends the bytes that follow the first `offset`; answers how many have arrived then. */
    async sendPart(movieId: number, uploadId: string, offset: number, bytes: Blob | Uint8Array<ArrayBuffer>, { signal }: CallOptions = {}): Promise<number> {
      const headers = { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
      const response = await send({ method: 'PATCH', path: at(movieId, `/uploads/${uploadId}`), headers, body: () => bytes, signal });
      return Number(response.headers.get('upload-offset'));
    },

    /** Forgets an upload and what has arrived of it. */
    async cancelUpload(movieId: number, uploadId: string, { signal }: CallOptions = {}): Promise<void> {
      await send({ method: 'DELETE', path: at(movieId, `/uploads/${uploadId}`), headers: TUS, signal });
    },

    /** A picture for the film: JPEG, PNG, WebP, AVIF or GIF. */
    async uploadPoster(movieId: number, picture: Picture, { signal }: CallOptions = {}): Promise<Movie> {
      const body = (): FormData => formOf('poster', picture);
      const response = await send({ method: 'POST', path: at(movieId, '/poster'), body, signal });
      return (await jsonOf<{ readonly data: Movie }>(response, signal)).data;
    },

    /** The film has no picture any more, uploaded or linked. */
    removePoster: (movieId: number, { signal }: CallOptions = {}): Promise<Movie> =>
      data({ method: 'DELETE', path: at(movieId, '/poster'), signal }),

    subtitles: (movieId: number, { signal }: CallOptions = {}): Promise<{ readonly items: readonly Subtitles[] }> =>
      data({ method: 'GET', path: at(movieId, '/subtitles'), signal }),

    /** Adds subtitles: the bytes of a SubRip or WebVTT file, in whatever encoding it has. */
    async addSubtitles(movieId: number, file: Picture, { language, label }: AddSubtitlesQuery, options: CreateOptions = {}): Promise<Subtitles> {
      const { signal, idempotencyKey = newIdempotencyKey() } = options;
      const path = `${at(movieId, '/subtitles')}?${new URLSearchParams({ language, label }).toString()}`;
      const body = (): FormData => formOf('subtitles', file);
      const response = await send({ method: 'POST', path, headers: { 'idempotency-key': idempotencyKey }, body, signal }, { repeatable: true });
      return (await jsonOf<{ readonly data: Subtitles }>(response, signal)).data;
    },

    /** The WebVTT itself. */
    async subtitlesText(movieId: number, subtitlesId: number, { signal }: CallOptions = {}): Promise<string> {
      const response = await send({ method: 'GET', path: at(movieId, `/subtitles/${subtitlesId}`), signal }, { repeatable: true });
      return response.text();
    },

    removeSubtitles: (movieId: number, subtitlesId: number, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: at(movieId, `/subtitles/${subtitlesId}`), signal }),

    /** An address for a `<video>` element, which can send no token. */
    async streamUrl(movieId: number, { signal }: CallOptions = {}): Promise<StreamUrl> {
      const address = await data<StreamUrl>({ method: 'GET', path: at(movieId, '/stream-url'), signal });
      return { ...address, url: `${baseUrl}${address.url}` };
    },

    /** The film or a range of it; the body of the answer is its bytes. */
    stream: (movieId: number, { range, signal }: StreamOptions = {}): Promise<Response> =>
      send(
        {
          method: 'GET', path: at(movieId, '/stream'), signal,
          ...(range !== undefined && { headers: { range: `bytes=${range.start}-${range.end ?? ''}` } }),
        },
        { repeatable: true },
      ),
  };
}

function formOf(field: string, file: Picture): FormData {
  const form = new FormData();
  form.append(field, file instanceof Blob ? file : new Blob([file]), field);
  return form;
}
