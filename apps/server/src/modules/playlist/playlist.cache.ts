import { Playlist } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';
import { USERNAMES_TAG } from '../accounts/index.ts';
import { MOVIES_TAG } from '../movies/index.ts';

export const playlistPolicies = {
  one: declarePolicy<{ id: number }>()({
    name: 'playlist.one', key: 'cache:room:{id}:playlist', tags: ['playlist:{id}', MOVIES_TAG, USERNAMES_TAG], ttl: 'room',
    freshness: 'strict', shape: Playlist,
  }),
};

export const playlistChanged = (roomId: number): Effect => invalidated(`playlist:${roomId}`);
