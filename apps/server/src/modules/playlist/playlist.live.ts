import {
  playbackEnded, playlistAdd, playlistMove, playlistRemove, playlistSkip, playlistVote,
} from '@watchparty/protocol';
import { liveHandler, type LiveModule } from '../../kernel/live.ts';
import type { Playlists } from './playlist.ts';
import type { PlaylistWatch } from './watch.ts';

interface Deps {
  readonly playlists: Playlists;
  readonly watch: Pick<PlaylistWatch, 'wished'>;
}

export function playlistLive({ playlists, watch }: Deps): LiveModule {
  const inRoom = ['rooms.not_found', 'rooms.not_participant'] as const;
  const ofPlayback = [...inRoom, 'rooms.playback_version_conflict', 'playlist.nothing_plays'] as const;
  return {
    handlers: [
      liveHandler({
        event: playlistAdd, guests: true,
        errors: [...inRoom, 'rooms.movie_not_found', 'playlist.not_host', 'playlist.full', 'playlist.share_exhausted'],
        handle: ({ write, actor, body: { roomId, movieId } }) => playlists.add(write, actor, roomId, movieId),
      }),
      liveHandler({
        event: playlistRemove, guests: true, errors: [...inRoom, 'playlist.not_host'],
        handle: ({ write, actor, body: { roomId, itemId } }) => playlists.remove(write, actor, roomId, itemId),
      }),
      liveHandler({
        event: playlistMove, guests: true,
        errors: [...inRoom, 'playlist.not_host', 'playlist.item_not_found', 'playlist.version_conflict'],
        handle: ({ write, actor, body: { roomId, itemId, ...place } }) => playlists.move(write, actor, roomId, itemId, place),
      }),
      liveHandler({
        event: playlistVote, guests: true, errors: [...inRoom, 'playlist.item_not_found'],
        handle: ({ write, actor, body: { roomId, itemId, on } }) => playlists.vote(write, actor, roomId, itemId, on),
      }),
      liveHandler({
        event: playlistSkip, guests: true, errors: ofPlayback,
        handle({ write, actor, body: { roomId, version } }) {
          watch.wished(roomId);
          return playlists.skip(write, actor, roomId, version);
        },
      }),
      liveHandler({
        event: playbackEnded, guests: true, errors: ofPlayback,
        handle({ write, actor, body: { roomId, version } }) {
          watch.wished(roomId);
          return playlists.ended(write, actor, roomId, version);
        },
      }),
    ],
  };
}
