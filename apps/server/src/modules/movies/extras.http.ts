import Type from 'typebox';
import { AddSubtitlesQuery, Id, Movie, Subtitles as Shown, SUBTITLES_MAX_BYTES } from '@watchparty/protocol';
import { MAX_IMAGE_BYTES } from '../../images/index.ts';
import { formRoute, jsonRoute, rawRoute, type Route } from '../../kernel/route.ts';
import type { Posters } from './posters.ts';
import { grantOf, StreamQuery } from './stream-query.ts';
import type { Streaming } from './streaming.ts';
import type { Subtitles } from './subtitles.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });
const subtitlesParams = Type.Object({ id: Id, subtitles: Id }, { additionalProperties: false });

interface Deps {
  readonly posters: Posters;
  readonly subtitles: Subtitles;
  readonly streaming: Pick<Streaming, 'viewerOf'>;
}

/** What belongs to a film beside the film. */
export function extrasRoutes({ posters, subtitles, streaming }: Deps): Route[] {
  const tag = 'Movies';
  return [
    formRoute({
      method: 'POST', path: '/api/movies/:id/poster', id: 'uploadMoviePoster', tag, access: 'user',
      summary: 'Give the movie a picture, in place of the one before', field: 'poster', params,
      fieldDescription: 'A JPEG, PNG, WebP, AVIF or GIF, by its content; its name and declared type do not count',
      maxFileBytes: MAX_IMAGE_BYTES, response: Movie,
      errors: ['movies.not_found', 'movies.not_owner', 'images.format_unsupported', 'images.unreadable', 'images.too_many_pixels'],
      handle: ({ write, actor, params: { id }, body }) => posters.upload(write, actor, id, body.file),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/movies/:id/poster', id: 'deleteMoviePoster', tag, access: 'user',
      summary: 'Take the movie’s picture away, uploaded or linked', params, response: Movie,
      errors: ['movies.not_found', 'movies.not_owner'],
      handle: ({ write, actor, params: { id } }) => posters.remove(write, actor, id),
    }),
    jsonRoute({
      method: 'GET', path: '/api/movies/:id/subtitles', id: 'listSubtitles', tag, access: 'anyone',
      summary: 'The movie’s subtitles', params, response: Type.Object({ items: Type.Array(Shown) }, { additionalProperties: false }),
      errors: ['movies.not_found'],
      handle: async ({ actor, params: { id } }) => ({ items: await subtitles.list(actor, id) }),
    }),
    formRoute({
      method: 'POST', path: '/api/movies/:id/subtitles', id: 'addSubtitles', tag, access: 'user', idempotent: true, status: 201,
      summary: 'Add subtitles to the movie', params, query: AddSubtitlesQuery, field: 'subtitles', maxFileBytes: SUBTITLES_MAX_BYTES,
      fieldDescription: 'A SubRip (.srt) or WebVTT (.vtt) file in UTF-8, UTF-16, Windows-1251 or Windows-1252',
      response: Shown,
      errors: ['movies.not_found', 'movies.not_owner', 'movies.subtitles_unreadable', 'movies.subtitles_too_many'],
      handle: ({ write, actor, params: { id }, query, body }) => subtitles.add(write, actor, id, body.file, query),
    }),
    rawRoute({
      method: 'GET', path: '/api/movies/:id/subtitles/:subtitles', id: 'getSubtitles', tag, access: 'anyone', limit: 'none',
      summary: 'Subtitles as WebVTT, for whoever may see the film', params: subtitlesParams, query: StreamQuery,
      produces: { 200: { description: 'The subtitles', contentTypes: ['text/vtt'] } },
      errors: ['movies.not_found', 'movies.subtitles_not_found', 'movies.stream_url_invalid'],
      async handle({ actor, params: { id, subtitles: subtitlesId }, query }) {
        const viewer = streaming.viewerOf({ actor, grant: grantOf(id, query) });
        return {
          status: 200, body: await subtitles.text(viewer, id, subtitlesId),
          headers: { 'content-type': 'text/vtt; charset=utf-8', 'cache-control': 'private, max-age=3600', 'x-content-type-options': 'nosniff' },
        };
      },
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/movies/:id/subtitles/:subtitles', id: 'deleteSubtitles', tag, access: 'user',
      summary: 'Remove subtitles', params: subtitlesParams, response: Type.Null(),
      errors: ['movies.not_found', 'movies.not_owner', 'movies.subtitles_not_found'],
      async handle({ write, actor, params: { id, subtitles: subtitlesId } }) {
        await subtitles.remove(write, actor, id, subtitlesId);
        return null;
      },
    }),
  ];
}
