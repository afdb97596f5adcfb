import Type from 'typebox';
import { Id, Nullable, OptionalText, Text, Time, Uuid, WebUrl } from './text.ts';

export const Visibility = Type.Enum(['public', 'rooms'], {
  description: '`public`: anyone; `rooms`: its owner and the people in a room that plays it',
});

export const Poster = Type.Object(
  {
    large: Type.String({ description: 'A JPEG, 1280 pixels at its longer edge and no more' }),
    small: Type.String({ description: 'A WebP, 480 pixels at its longer edge and no more' }),
    width: Type.Integer({ description: 'Of `large`, in pixels' }),
    height: Type.Integer(),
  },
  { additionalProperties: false, title: 'Poster' },
);
export type Poster = Type.Static<typeof Poster>;

export const Movie = Type.Object(
  {
    id: Id,
    title: Type.String(),
    description: Type.String(),
    year: Nullable(Type.Integer()),
    durationSeconds: Nullable(Type.Number({ description: 'Read from the file; or as told with an external link' })),
    url: Nullable(Type.String({ description: 'An external mp4, webm or HLS link; never fetched by the server' })),
    hasFile: Type.Boolean(),
    posterUrl: Nullable(Type.String({ description: '`poster.large`, or a link' })),
    poster: Nullable(Poster),
    visibility: Visibility,
    ownerId: Id,
    createdAt: Time,
    updatedAt: Time,
  },
  { additionalProperties: false, title: 'Movie' },
);
export type Movie = Type.Static<typeof Movie>;

const fields = {
  title: Text(200),
  description: OptionalText(5000),
  year: Nullable(Type.Integer({ minimum: 1870, maximum: 2200 })),
  durationSeconds: Nullable(Type.Number({ exclusiveMinimum: 0, maximum: 604_800 })),
  url: Nullable(WebUrl),
  posterUrl: Nullable(WebUrl),
  visibility: Visibility,
};

const replacing = {
  title: fields.title,
  description: Type.Optional(fields.description),
  year: Type.Optional(fields.year),
  durationSeconds: Type.Optional(fields.durationSeconds),
  url: Type.Optional(fields.url),
  posterUrl: Type.Optional(fields.posterUrl),
  visibility: Type.Optional(fields.visibility),
};
export const CreateMovieBody = Type.Object(replacing, { additionalProperties: false, title: 'CreateMovieBody' });
/** PUT replaces: what is left out returns to its default. */
export const PutMovieBody = Type.Object(replacing, { additionalProperties: false, title: 'PutMovieBody' });
export const PatchMovieBody = Type.Object(
  { ...replacing, title: Type.Optional(fields.title) },
  { additionalProperties: false, minProperties: 1, title: 'PatchMovieBody' },
);
export type MovieBody = Type.Static<typeof CreateMovieBody>;
export type PatchMovieBody = Type.Static<typeof PatchMovieBody>;

export const StreamUrl = Type.Object(
  {
    url: Type.String({ description: 'Ready for a `<video>` element: carries its own right to be read' }),
    mimeType: Type.String(),
    expiresAt: Time,
  },
  { additionalProperties: false, title: 'StreamUrl' },
);
export type StreamUrl = Type.Static<typeof StreamUrl>;

export const MovieUpload = Type.Object(
  {
    id: Uuid,
    movieId: Id,
    movieTitle: Type.String(),
    fileName: Type.String(),
    fingerprint: Nullable(Type.String({ description: 'As the client gave it, to know the file again' })),
    lengthBytes: Type.Integer(),
    offsetBytes: Type.Integer({ description: 'How many have arrived' }),
    url: Type.String({ description: 'Where the rest is sent to (PATCH)' }),
    createdAt: Time,
    expiresAt: Time,
  },
  { additionalProperties: false, title: 'MovieUpload' },
);
export type MovieUpload = Type.Static<typeof MovieUpload>;

export const SUBTITLES_MAX_BYTES = 2 * 1024 * 1024;

/** BCP 47, such as `ru` or `pt-BR`. */
export const Language = Type.String({ maxLength: 35, pattern: '^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$' });

export const Subtitles = Type.Object(
  {
    id: Id,
    movieId: Id,
    language: Language,
    label: Type.String(),
    cueCount: Type.Integer(),
    url: Type.String({ description: 'The WebVTT; the query of a stream’s address makes it readable without a token' }),
    createdAt: Time,
  },
  { additionalProperties: false, title: 'Subtitles' },
);
export type Subtitles = Type.Static<typeof Subtitles>;

export const AddSubtitlesQuery = Type.Object(
  { language: Language, label: Text(100) },
  { additionalProperties: false, title: 'AddSubtitlesQuery' },
);
export type AddSubtitlesQuery = Type.Static<typeof AddSubtitlesQuery>;
