import Type from 'typebox';
import { Id, Nullable, Time, Uuid } from './text.ts';

/** As many films a playlist holds. */
export const PLAYLIST_ITEMS = 200;
/** As many of them from one person who is no host. */
export const PLAYLIST_ITEMS_PER_PERSON = 20;

const Sorting = Type.Enum(['manual', 'votes'], {
  description: '`votes`: most votes first, as they were put where equal',
});
const Adds = Type.Enum(['hosts', 'everyone'], { description: 'Who adds films: hosts and co-hosts, or everybody in the room' });

export const PlaylistItem = Type.Object(
  {
    id: Uuid,
    movieId: Id,
    title: Type.String(),
    durationSeconds: Nullable(Type.Number()),
    posterUrl: Nullable(Type.String()),
    addedBy: Nullable(Type.Object({ userId: Id, username: Type.String() }, { additionalProperties: false })),
    votes: Type.Integer(),
    voterIds: Type.Array(Id, { description: 'The first one first' }),
    createdAt: Time,
  },
  { additionalProperties: false, title: 'PlaylistItem' },
);
export type PlaylistItem = Type.Static<typeof PlaylistItem>;

export const Playlist = Type.Object(
  {
    roomId: Id,
    version: Type.Integer({ description: 'Grows by one with each change' }),
    playlistOrder: Sorting,
    playlistAdds: Adds,
    items: Type.Array(PlaylistItem, { description: 'What plays next comes first' }),
  },
  { additionalProperties: false, title: 'Playlist' },
);
export type Playlist = Type.Static<typeof Playlist>;

export const AddToPlaylistBody = Type.Object({ movieId: Id }, { additionalProperties: false, title: 'AddToPlaylistBody' });

export const MovePlaylistItemBody = Type.Object(
  {
    beforeId: Nullable(Type.String({ format: 'uuid', description: 'The item that it is to stand before; null: the end' })),
    version: Type.Optional(Type.Integer({
      minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Refused if the playlist has changed since',
    })),
  },
  { additionalProperties: false, title: 'MovePlaylistItemBody' },
);
export type MovePlaylistItemBody = Type.Static<typeof MovePlaylistItemBody>;

export const PlaylistSettingsBody = Type.Object(
  { playlistOrder: Type.Optional(Sorting), playlistAdds: Type.Optional(Adds) },
  { additionalProperties: false, minProperties: 1, title: 'PlaylistSettingsBody' },
);
export type PlaylistSettingsBody = Type.Static<typeof PlaylistSettingsBody>;

/** How many of those who watch want what; those who are away or watch at their own pace do not count. */
export const PlaybackTally = Type.Object(
  {
    roomId: Id,
    kind: Type.Enum(['skip', 'ended']),
    version: Type.Integer({ description: 'Of the playback' }),
    userIds: Type.Array(Id),
    needed: Type.Integer(),
    done: Type.Boolean({ description: 'It was enough: the film is over' }),
  },
  { additionalProperties: false, title: 'PlaybackTally' },
);
export type PlaybackTally = Type.Static<typeof PlaybackTally>;
