import Type from 'typebox';
import { CreateMovieBody, Id, Movie, Page, PageQuery, PatchMovieBody, PutMovieBody, StreamUrl } from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, rawRoute, type Route, uploadRoute } from '../../kernel/route.ts';
import { extrasRoutes } from './extras.http.ts';
import { filmUploadsRoutes } from './film-uploads.http.ts';
import type { FilmUploads } from './film-uploads.ts';
import type { MovieFiles } from './movie-files.ts';
import { moviePolicies } from './movies.cache.ts';
import type { Movies } from './movies.ts';
import type { Posters } from './posters.ts';
import { grantOf, StreamQuery } from './stream-query.ts';
import type { Streaming } from './streaming.ts';
import type { Subtitles } from './subtitles.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });
const ListQuery = Type.Object(
  { ...PageQuery.properties, mine: Type.Optional(Type.Boolean({ description: 'One’s own movies, public or not' })) },
  { additionalProperties: false },
);
interface Deps {
  readonly movies: Movies;
  readonly files: MovieFiles;
  readonly uploads: FilmUploads;
  readonly posters: Posters;
  readonly subtitles: Subtitles;
  readonly streaming: Streaming;
}

export function moviesRoutes({ movies, files, uploads, posters, subtitles, streaming }: Deps): Route[] {
  const tag = 'Movies';
  return [
    ...filmUploadsRoutes(uploads),
    ...extrasRoutes({ posters, subtitles, streaming }),
    jsonRoute({
      method: 'POST', path: '/api/movies', id: 'createMovie', tag, access: 'user',
      summary: 'Add a movie; its file is uploaded afterwards, or `url` says where it is',
      body: CreateMovieBody, response: Movie, status: 201, idempotent: true, errors: ['movies.url_unsupported'],
      handle: ({ write, actor, body }) => movies.create(write, actor, body),
    }),
    jsonRoute({
      method: 'GET', path: '/api/movies', id: 'listMovies', tag, access: 'anyone',
      summary: 'Public movies, newest first', query: ListQuery, response: Page(Movie),
      cached: {
        policy: moviePolicies.list,
        params: ({ query: { page = 1, limit = 10, mine } }) => (mine === true ? undefined : { page, limit }),
      },
      errors: ['page.past_end', 'auth.required'],
      async handle({ actor, query: { page = 1, limit = 10, mine } }) {
        if (mine !== true) return movies.list({ page, limit });
        if (actor === undefined) throw new Problem('auth.required');
        return movies.listOwn(actor, { page, limit });
      },
    }),
    jsonRoute({
      method: 'GET', path: '/api/movies/:id', id: 'getMovie', tag, access: 'anyone',
      summary: 'One movie', params, response: Movie, errors: ['movies.not_found'],
      cached: {
        policy: moviePolicies.one,
        params: ({ params: { id } }) => ({ id }),
        isOpen: (movie) => (movie as Movie).visibility === 'public',
        mayServe: ({ actor }, movie) => movies.mayServe(actor, movie as Movie),
      },
      handle: ({ params: { id } }) => movies.view(id),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/movies/:id', id: 'patchMovie', tag, access: 'user',
      summary: 'Change parts of a movie', params, body: PatchMovieBody, response: Movie,
      errors: ['movies.not_found', 'movies.not_owner', 'movies.url_unsupported', 'movies.url_and_file'],
      handle: ({ write, actor, params: { id }, body }) => movies.patch(write, actor, id, body),
    }),
    jsonRoute({
      method: 'PUT', path: '/api/movies/:id', id: 'putMovie', tag, access: 'user',
      summary: 'Replace what is said of a movie; its file stays', params, body: PutMovieBody, response: Movie,
      errors: ['movies.not_found', 'movies.not_owner', 'movies.url_unsupported', 'movies.url_and_file'],
      handle: ({ write, actor, params: { id }, body }) => movies.put(write, actor, id, body),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/movies/:id', id: 'deleteMovie', tag, access: 'user',
      summary: 'Remove a movie and its file; rooms that played it play nothing then', params, response: Type.Null(),
      errors: ['movies.not_found', 'movies.not_owner'],
      async handle({ write, actor, params: { id } }) {
        await movies.remove(write, actor, id);
        return null;
      },
    }),
    uploadRoute({
      method: 'PUT', path: '/api/movies/:id/file', id: 'uploadMovieFile', tag, access: 'user',
      summary: 'Upload the film itself: the bytes of an mp4 or webm file as the body',
      description:
        'What the file is, is read from its content, never from its name. An upload that breaks leaves nothing ' +
        'behind and the movie as it was; a second upload replaces the file.',
      params, contentTypes: ['video/mp4', 'video/webm', 'application/octet-stream'], response: Movie,
      errors: [
        'movies.not_found', 'movies.not_owner', 'movies.file_container_unsupported', 'movies.file_codec_unsupported',
        'movies.file_unreadable', 'movies.file_truncated', 'movies.file_too_large', 'movies.upload_superseded', 'storage.full',
      ],
      handle: ({ write, actor, params: { id }, body, signal }) => files.upload(write, actor, id, { ...body, signal }),
    }),
    jsonRoute({
      method: 'GET', path: '/api/movies/:id/stream-url', id: 'getMovieStreamUrl', tag, access: 'anyone',
      summary: 'A short-lived address for a `<video>` element', params, response: StreamUrl,
      errors: ['movies.not_found', 'movies.no_file'],
      handle: ({ actor, params: { id } }) => streaming.url(id, actor),
    }),
    rawRoute({
      method: 'GET', path: '/api/movies/:id/stream', id: 'streamMovie', tag, limit: 'none', access: 'anyone',
      summary: 'The film or a range of it', params, query: StreamQuery,
      produces: {
        200: { description: 'The whole film', contentTypes: ['video/mp4', 'video/webm'] },
        206: { description: 'The range asked for', contentTypes: ['video/mp4', 'video/webm'] },
        304: { description: 'Not changed since `If-None-Match`', contentTypes: [] },
      },
      errors: ['movies.not_found', 'movies.no_file', 'movies.range_unsatisfiable', 'movies.stream_url_invalid'],
      handle: ({ actor, params: { id }, query, headers }) =>
        streaming.respond({ movieId: id, actor, grant: grantOf(id, query), headers }),
    }),
  ];
}
