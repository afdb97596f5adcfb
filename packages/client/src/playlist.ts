import type { MovePlaylistItemBody, Playlist, PlaylistItem, PlaylistSettingsBody } from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';

export function playlistCalls({ data, create }: Caller) {
  const at = (roomId: number, rest = ''): string => `/api/rooms/${roomId}/playlist${rest}`;
  const itemAt = (roomId: number, itemId: string, rest = ''): string => at(roomId, `/${encodeURIComponent(itemId)}${rest}`);

  return {
    /** What plays next comes first. */
    get: (roomId: number, { signal }: CallOptions = {}): Promise<Playlist> =>
      data({ method: 'GET', path: at(roomId), signal }),

    /** At the end. */
    add: (roomId: number, movieId: number, options?: CreateOptions): Promise<PlaylistItem> =>
      create(at(roomId), { movieId }, options),

    change: (roomId: number, settings: PlaylistSettingsBody, { signal }: CallOptions = {}): Promise<Playlist> =>
      data({ method: 'PATCH', path: at(roomId), body: settings, signal }),

    /** Before another item, or at the end; with `version` only if nobody has changed the playlist since. */
    move: (roomId: number, itemId: string, place: MovePlaylistItemBody, { signal }: CallOptions = {}): Promise<Playlist> =>
      data({ method: 'PATCH', path: itemAt(roomId, itemId), body: place, signal }),

    remove: (roomId: number, itemId: string, { signal }: CallOptions = {}): Promise<Playlist> =>
      data({ method: 'DELETE', path: itemAt(roomId, itemId), signal }),

    vote: (roomId: number, itemId: string, { signal }: CallOptions = {}): Promise<Playlist> =>
      data({ method: 'PUT', path: itemAt(roomId, itemId, '/vote'), signal }),

    takeBackVote: (roomId: number, itemId: string, { signal }: CallOptions = {}): Promise<Playlist> =>
      data({ method: 'DELETE', path: itemAt(roomId, itemId, '/vote'), signal }),
  };
}
