import { playbackCommand, playbackReport, roomJoin, roomLeave } from '@watchparty/protocol';
import { liveHandler, type LiveModule } from '../../kernel/live.ts';
import type { LiveRooms } from './live-rooms.ts';

export function roomsLive(rooms: LiveRooms): LiveModule {
  return {
    handlers: [
      liveHandler({
        event: roomJoin, guests: true,
        errors: [
          'rooms.not_found', 'rooms.full', 'rooms.inactive', 'rooms.banned', 'rooms.password_wrong', 'rooms.invite_invalid',
        ],
        handle: ({ socket, body }) => rooms.enter(socket, body),
      }),
      liveHandler({
        event: roomLeave, guests: true, errors: ['rooms.not_found'],
        async handle({ socket, body: { roomId, stay = false } }) {
          await rooms.leave(socket, roomId, stay);
          return null;
        },
      }),
      liveHandler({
        event: playbackCommand, guests: true,
        errors: [
          'rooms.not_found', 'rooms.not_participant', 'rooms.playback_not_controller', 'rooms.playback_version_conflict',
          'rooms.playback_incomplete', 'rooms.movie_not_found',
        ],
        handle: ({ write, actor, body: { roomId, ...command } }) => rooms.command(write, actor, roomId, command),
      }),
      liveHandler({
        event: playbackReport, guests: true, limit: 'none', errors: ['rooms.not_participant'],
        handle({ socket, body: { roomId, version, driftMs, rttMs, buffering, ready, free } }) {
          rooms.report(socket, roomId, { version, driftMs: rounded(driftMs), rttMs: rounded(rttMs), buffering, ready, free });
          return null;
        },
      }),
    ],
    left(socket, channel) {
      if (channel.startsWith('room:')) rooms.left(socket, Number(channel.slice('room:'.length)));
    },
  };
}

/** To a tenth: what changes less is not worth telling. */
const rounded = (ms: number | null): number | null => ms && Math.round(ms * 10) / 10;
