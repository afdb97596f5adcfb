import { type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type SettingsRow = Pick<Selectable<Tables['playlists']>, 'version' | 'sorting' | 'adds'>;

export interface ItemRow {
  readonly id: string;
  readonly movie_id: number;
  readonly title: string;
  readonly duration_seconds: number | null;
  readonly poster_url: string | null;
  readonly added_by: number | null;
  readonly username: string | null;
  readonly position: number;
  readonly votes: number;
  readonly voter_ids: number[];
  readonly created_at: Date;
}

const UNCHANGED: SettingsRow = { version: 0, sorting: 'manual', adds: 'everyone' };

export async function settings(db: Queries, roomId: number): Promise<SettingsRow> {
  const row = await db.selectFrom('playlists').select(['version', 'sorting', 'adds']).where('room_id', '=', roomId).executeTakeFirst();
  return row ?? UNCHANGED;
}

/** A named read model with `movies` and accounts' `users`; as they were put. Reads `playlist_items_room_idx`. */
export async function items(db: Queries, roomId: number): Promise<ItemRow[]> {
  const { rows } = await sql<ItemRow>`
    select i.id, i.movie_id, m.title, m.duration_seconds, m.poster_url, i.added_by, u.username, i.position, i.created_at,
      v.voter_ids, cardinality(v.voter_ids) as votes
    from playlist_items i
    join movies m on m.id = i.movie_id
    left join users u on u.id = i.added_by
    cross join lateral (
      select coalesce(array_agg(user_id order by created_at, user_id), '{}') as voter_ids from playlist_votes where item_id = i.id) as v
    where i.room_id = ${roomId} order by i.position
  `.execute(db);
  return rows;
}

/** Settings and items as of one moment. */
export async function read(db: Queries, roomId: number): Promise<{ settings: SettingsRow; items: ItemRow[] }> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(async (tx) =>
    ({ settings: await settings(tx, roomId), items: await items(tx, roomId) }));
}

/** Under the room's lock: the playlist is another now. */
export async function change(
  tx: Tx, roomId: number, given: { readonly sorting?: SettingsRow['sorting']; readonly adds?: SettingsRow['adds'] } = {},
): Promise<void> {
  await tx.insertInto('playlists').values({ room_id: roomId, version: 1, ...given })
    .onConflict((conflict) => conflict.column('room_id').doUpdateSet({ version: sql`playlists.version + 1`, ...given })).execute();
}

interface NewItem {
  readonly id: string;
  readonly roomId: number;
  readonly movieId: number;
  readonly addedBy: number;
  readonly now: Date;
}

/** Under the room's lock: at the end. */
export async function add(tx: Tx, { id, roomId, movieId, addedBy, now }: NewItem): Promise<void> {
  await sql`
    insert into playlist_items (id, room_id, movie_id, added_by, position, created_at)
    select ${id}::uuid, ${roomId}::int, ${movieId}::int, ${addedBy}::int, coalesce(max(position) + 1, 0), ${now}::timestamptz
    from playlist_items where room_id = ${roomId}
  `.execute(tx);
}

/** True for the error of an item whose movie has just been removed. */
export const isMovieGone = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'playlist_items_movie_id_fkey';

export async function remove(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('playlist_items').where('id', '=', id).execute();
}

/** Gives the items these places, from 0. */
export async function place(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`
    update playlist_items i set position = p.nth - 1
    from unnest(${ids}::uuid[]) with ordinality as p (id, nth) where i.id = p.id and i.position <> p.nth - 1
  `.execute(tx);
}

/** False when it changes nothing. */
export async function vote(tx: Tx, itemId: string, userId: number, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.insertInto('playlist_votes')
    .values({ item_id: itemId, user_id: userId, created_at: now })
    .onConflict((conflict) => conflict.doNothing()).executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** False when it changes nothing. */
export async function unvote(tx: Tx, itemId: string, userId: number): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('playlist_votes')
    .where('item_id', '=', itemId).where('user_id', '=', userId).executeTakeFirst();
  return numDeletedRows === 1n;
}

/** Whose playlists hold the movie, in order of id; reads `playlist_items_movie_idx`. */
export async function roomsWith(tx: Tx, movieId: number): Promise<number[]> {
  const rows = await tx.selectFrom('playlist_items').select('room_id').distinct()
    .where('movie_id', '=', movieId).orderBy('room_id').execute();
  return rows.map(({ room_id }) => room_id);
}

export async function removeMovie(tx: Tx, movieId: number): Promise<void> {
  await tx.deleteFrom('playlist_items').where('movie_id', '=', movieId).execute();
}

/** Null when it is not known. */
export async function durationOf(db: Queries, movieId: number): Promise<number | null> {
  const row = await db.selectFrom('movies').select('duration_seconds').where('id', '=', movieId).executeTakeFirst();
  return row?.duration_seconds ?? null;
}
