import Type from 'typebox';
import { AddToPlaylistBody, Id, MovePlaylistItemBody, Playlist, PlaylistItem, PlaylistSettingsBody, Uuid } from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import { rightToRead } from '../rooms/index.ts';
import { playlistPolicies } from './playlist.cache.ts';
import { mayRead } from './playlist.policy.ts';
import type { Playlists } from './playlist.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });
const itemParams = Type.Object({ id: Id, itemId: Uuid }, { additionalProperties: false });

export function playlistRoutes(playlists: Playlists): Route[] {
  const common = { tag: 'Playlists', access: 'user', guests: { room: 'id' } } as const;
  const inRoom = ['rooms.not_found', 'rooms.not_participant'] as const;
  const path = '/api/rooms/:id/playlist';
  return [
    jsonRoute({
      ...common, method: 'GET', path, id: 'getPlaylist', summary: 'What plays next in the room', params, response: Playlist,
      errors: inRoom,
      cached: {
        policy: playlistPolicies.one,
        params: ({ params: { id } }) => ({ id }),
        authorize: ({ actor, params: { id } }) => playlists.requireReader(actor, id),
        right: rightToRead(({ id }: { id: number }) => id, mayRead),
      },
      handle: ({ params: { id } }) => playlists.read(id),
    }),
    jsonRoute({
      ...common, method: 'POST', path, id: 'addToPlaylist', summary: 'Put a film at the end', params, body: AddToPlaylistBody,
      response: PlaylistItem, status: 201, idempotent: true,
      errors: [...inRoom, 'rooms.movie_not_found', 'playlist.not_host', 'playlist.full', 'playlist.share_exhausted'],
      handle: ({ write, actor, params: { id }, body }) => playlists.add(write, actor, id, body.movieId),
    }),
    jsonRoute({
      ...common, method: 'PATCH', path, id: 'changePlaylist', summary: 'How it is ordered, and who adds films', params,
      body: PlaylistSettingsBody, response: Playlist, errors: [...inRoom, 'playlist.not_host'],
      handle: ({ write, actor, params: { id }, body }) => playlists.change(write, actor, id, body),
    }),
    jsonRoute({
      ...common, method: 'PATCH', path: `${path}/:itemId`, id: 'movePlaylistItem', summary: 'Put a film before another one, or at the end',
      params: itemParams, body: MovePlaylistItemBody, response: Playlist,
      errors: [...inRoom, 'playlist.not_host', 'playlist.item_not_found', 'playlist.version_conflict'],
      handle: ({ write, actor, params: { id, itemId }, body }) => playlists.move(write, actor, id, itemId, body),
    }),
    jsonRoute({
      ...common, method: 'DELETE', path: `${path}/:itemId`, id: 'removePlaylistItem', summary: 'Take a film off', params: itemParams,
      response: Playlist, errors: [...inRoom, 'playlist.not_host'],
      handle: ({ write, actor, params: { id, itemId } }) => playlists.remove(write, actor, id, itemId),
    }),
    jsonRoute({
      ...common, method: 'PUT', path: `${path}/:itemId/vote`, id: 'voteForPlaylistItem', summary: 'Vote for a film', params: itemParams,
      response: Playlist, errors: [...inRoom, 'playlist.item_not_found'],
      handle: ({ write, actor, params: { id, itemId } }) => playlists.vote(write, actor, id, itemId, true),
    }),
    jsonRoute({
      ...common, method: 'DELETE', path: `${path}/:itemId/vote`, id: 'takeBackPlaylistVote', summary: 'Take the vote back',
      params: itemParams, response: Playlist, errors: [...inRoom, 'playlist.item_not_found'],
      handle: ({ write, actor, params: { id, itemId } }) => playlists.vote(write, actor, id, itemId, false),
    }),
  ];
}
