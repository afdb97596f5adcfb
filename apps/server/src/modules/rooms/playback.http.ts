import Type from 'typebox';
import { Id, Playback, PlaybackCommand } from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Rooms } from './rooms.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });

export function playbackRoutes(rooms: Rooms): Route[] {
  const tag = 'Rooms';
  return [
    jsonRoute({
      method: 'GET', path: '/api/rooms/:id/playback', id: 'getPlayback', tag, access: 'anyone',
      summary: 'Where the film stands in the room', params, response: Playback, errors: ['rooms.not_found'],
      handle: ({ actor, params: { id } }) => rooms.playback(actor, id),
    }),
    jsonRoute({
      method: 'POST', path: '/api/rooms/:id/playback', id: 'commandPlayback', tag, access: 'user', guests: { room: 'id' },
      summary: 'Play, pause, seek, change the rate or load a movie', params, body: PlaybackCommand, response: Playback,
      errors: [
        'rooms.not_found', 'rooms.not_participant', 'rooms.playback_not_controller', 'rooms.playback_version_conflict',
        'rooms.playback_incomplete', 'rooms.movie_not_found',
      ],
      handle: ({ write, actor, params: { id }, body }) => rooms.command(write, actor, id, body),
    }),
  ];
}
