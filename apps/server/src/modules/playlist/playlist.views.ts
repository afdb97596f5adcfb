import type { Playlist, PlaylistItem } from '@watchparty/protocol';
import { inOrder } from './order.ts';
import type { ItemRow, SettingsRow } from './playlist.repo.ts';

const itemView = (row: ItemRow): PlaylistItem => ({
  id: row.id,
  movieId: row.movie_id,
  title: row.title,
  durationSeconds: row.duration_seconds,
  posterUrl: row.poster_url,
  addedBy: row.added_by === null || row.username === null ? null : { userId: row.added_by, username: row.username },
  votes: row.votes,
  voterIds: row.voter_ids,
  createdAt: row.created_at.toISOString(),
});

export const playlistView = (roomId: number, { version, sorting, adds }: SettingsRow, items: readonly ItemRow[]): Playlist => ({
  roomId, version, playlistOrder: sorting, playlistAdds: adds, items: inOrder(items, sorting).map(itemView),
});
