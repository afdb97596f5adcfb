import Type from 'typebox';
import { Id, type MovieUpload, MovieUpload as Upload, Uuid } from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, rawRoute, type Route, uploadRoute, WithHeaders } from '../../kernel/route.ts';
import type { FilmUploads } from './film-uploads.ts';
import { bytesOf, metadataOf, requireOffsetType, requireTus, TUS } from './tus.ts';

const movieParams = Type.Object({ id: Id }, { additionalProperties: false });
const params = Type.Object({ id: Id, upload: Uuid }, { additionalProperties: false });
const FILM_ERRORS = [
  'movies.file_container_unsupported', 'movies.file_codec_unsupported', 'movies.file_unreadable', 'movies.file_truncated',
] as const;

const headersOf = ({ offsetBytes, lengthBytes, expiresAt }: MovieUpload): Record<string, string> => ({
  ...TUS, 'cache-control': 'no-store', 'upload-offset': String(offsetBytes), 'upload-length': String(lengthBytes),
  'upload-expires': new Date(expiresAt).toUTCString(),
});

/** Films in several goes, by tus 1.0.0: any client of that protocol can send one. */
export function filmUploadsRoutes(uploads: FilmUploads): Route[] {
  const tag = 'Movies';
  return [
    jsonRoute({
      method: 'GET', path: '/api/movies/uploads', id: 'listMovieUploads', tag, access: 'user',
      summary: 'One’s own unfinished uploads, newest first', response: Type.Object({ items: Type.Array(Upload) }, { additionalProperties: false }),
      handle: async ({ actor }) => ({ items: await uploads.listOwn(actor) }),
    }),
    jsonRoute({
      method: 'POST', path: '/api/movies/:id/uploads', id: 'createMovieUpload', tag, access: 'user', status: 201, idempotent: true,
      summary: 'Begin the upload of a film in several goes (tus 1.0.0)',
      description:
        '`Upload-Length` tells the film’s bytes, `Upload-Metadata` may carry `filename` and `fingerprint`. The answer’s ' +
        '`Location` takes the bytes. An upload that the movie has already is forgotten.',
      params: movieParams, response: Upload,
      errors: ['movies.not_found', 'movies.not_owner', 'movies.upload_protocol_unsupported', 'movies.file_too_large', 'movies.file_unreadable', 'storage.full'],
      async handle({ write, actor, params: { id }, headers }) {
        requireTus(headers);
        const lengthBytes = bytesOf(headers, 'upload-length');
        if (lengthBytes === 0) throw new Problem('movies.file_unreadable', { detail: 'It is empty.' });
        const metadata = metadataOf(headers);
        const upload = await uploads.begin(write, actor, id, {
          lengthBytes,
          fileName: (metadata.get('filename') ?? '').replaceAll(/[\p{Cc}\p{Cs}]/gu, '').slice(0, 255),
          fingerprint: metadata.get('fingerprint')?.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 200) ?? null,
        });
        return new WithHeaders(upload, { ...headersOf(upload), location: upload.url });
      },
    }),
    rawRoute({
      method: 'GET', path: '/api/movies/:id/uploads/:upload', id: 'getMovieUpload', tag, access: 'user',
      summary: 'How far an upload is; ask by `HEAD` before going on',
      description:
        '`Upload-Offset` says how many bytes have arrived. Who asks is about to go on: what the server still receives of ' +
        'it by another connection is ended.',
      params,
      produces: { 200: { description: 'The upload', contentTypes: ['application/json'] } },
      errors: ['movies.not_found', 'movies.not_owner', 'movies.upload_not_found', 'movies.upload_protocol_unsupported', 'movies.upload_busy', 'movies.upload_superseded', ...FILM_ERRORS],
      async handle({ write, actor, params: { id, upload }, headers }) {
        requireTus(headers);
        const found = await uploads.look(write, actor, id, upload);
        return {
          status: 200, headers: { ...headersOf(found), 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify({ success: true, data: found }),
        };
      },
    }),
    uploadRoute({
      method: 'PATCH', path: '/api/movies/:id/uploads/:upload', id: 'sendMovieUpload', tag, access: 'user', status: 204,
      summary: 'Send the bytes that follow those that have arrived; with the last of them the movie has its film',
      description:
        'The film is checked as by one `PUT`: what is no film is refused and forgotten. Whatever else breaks the request ' +
        'off, what has arrived stays for three days.',
      params, contentTypes: ['application/offset+octet-stream'], response: Type.Null(),
      errors: [
        'movies.not_found', 'movies.not_owner', 'movies.upload_not_found', 'movies.upload_protocol_unsupported', 'movies.upload_offset_wrong',
        'movies.upload_busy', 'movies.upload_superseded', 'movies.file_too_large', 'storage.full', ...FILM_ERRORS,
      ],
      async handle({ write, actor, params: { id, upload }, headers, body, signal }) {
        requireTus(headers);
        requireOffsetType(headers);
        const offset = bytesOf(headers, 'upload-offset');
        return new WithHeaders(null, headersOf(await uploads.receive(write, actor, id, upload, { ...body, offset, signal })));
      },
    }),
    rawRoute({
      method: 'DELETE', path: '/api/movies/:id/uploads/:upload', id: 'cancelMovieUpload', tag, access: 'user',
      summary: 'Forget an upload and what has arrived of it', params,
      produces: { 204: { description: 'It is forgotten', contentTypes: [] } },
      errors: ['movies.not_found', 'movies.not_owner', 'movies.upload_not_found', 'movies.upload_protocol_unsupported'],
      async handle({ write, actor, params: { id, upload }, headers }) {
        requireTus(headers);
        await uploads.cancel(write, actor, id, upload);
        return { status: 204, headers: { ...TUS } };
      },
    }),
  ];
}
