import type { Movie, MovieBody, PatchMovieBody, StreamUrl } from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import { jsonOf } from './exchange.ts';
import type { Page, PageQuery } from './page.ts';
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

interface Settings {
  readonly baseUrl: string;
  readonly streamsUploads: boolean;
}

export function movieCalls({ data, create, send }: Caller, { baseUrl, streamsUploads }: Settings) {
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
