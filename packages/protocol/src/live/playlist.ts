import Type from 'typebox';
import { AddToPlaylistBody, MovePlaylistItemBody, PlaybackTally, Playlist, PlaylistItem } from '../playlist.ts';
import { Id, Uuid } from '../text.ts';
import { clientEvent, serverEvent } from './event.ts';

const closed = { additionalProperties: false } as const;
const ofItem = { roomId: Id, itemId: Uuid };
const ofPlayback = {
  roomId: Id, version: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Of the playback' }),
};

export const playlistAdd = clientEvent({
  name: 'playlist:add',
  summary: 'Put a film at the end of the playlist',
  body: Type.Object({ roomId: Id, ...AddToPlaylistBody.properties }, { ...closed, title: 'PlaylistAdd' }),
  reply: PlaylistItem,
});

export const playlistRemove = clientEvent({
  name: 'playlist:remove',
  summary: 'Take a film off the playlist; again it changes nothing',
  body: Type.Object(ofItem, { ...closed, title: 'PlaylistRemove' }),
  reply: Playlist,
});

export const playlistMove = clientEvent({
  name: 'playlist:move',
  summary: 'Put a film before another one, or at the end',
  body: Type.Object({ ...ofItem, ...MovePlaylistItemBody.properties }, { ...closed, title: 'PlaylistMove' }),
  reply: Playlist,
});

export const playlistVote = clientEvent({
  name: 'playlist:vote',
  summary: 'Vote for a film, or take the vote back',
  body: Type.Object(
    { ...ofItem, on: Type.Optional(Type.Boolean({ description: 'Without it, the other of what is' })) },
    { ...closed, title: 'PlaylistVote' },
  ),
  reply: Playlist,
});

export const playlistSkip = clientEvent({
  name: 'playlist:skip',
  summary: 'Wish for the next film; with the majority of those who watch, or from a host, it comes',
  body: Type.Object(ofPlayback, { ...closed, title: 'PlaylistSkip' }),
  reply: PlaybackTally,
});

export const playbackEnded = clientEvent({
  name: 'playback:ended',
  summary: 'Tell that one’s player has come to the end of a film whose length the server does not know',
  body: Type.Object(ofPlayback, { ...closed, title: 'PlaybackEnded' }),
  reply: PlaybackTally,
});

/** Keep the one with the highest version. */
export const playlistChanged = serverEvent({
  name: 'playlist:changed',
  summary: 'The playlist is now this',
  payload: Playlist,
});

export const playlistSkipping = serverEvent({
  name: 'playlist:skipping',
  summary: 'Who wishes for the next film, and how many it takes',
  payload: PlaybackTally,
});
