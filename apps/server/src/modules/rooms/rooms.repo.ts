import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';
import type { PageRequest } from '../../kernel/page.ts';
import type { Participation } from './participants.repo.ts';

export type RoomRow = Selectable<Tables['rooms']>;
export type NewRoom = Insertable<Tables['rooms']>;
export type RoomChanges = Updateable<Tables['rooms']>;

/** True for the error of a write that names a movie which has just been removed. */
export const isMovieGone = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'rooms_movie_id_fkey';

export async function insert(tx: Tx, room: NewRoom): Promise<RoomRow> {
  return tx.insertInto('rooms').values(room).returningAll().executeTakeFirstOrThrow();
}

export async function find(db: Queries, id: number): Promise<RoomRow | undefined> {
  return db.selectFrom('rooms').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The room and as whom the user takes part in it, in one look. */
export async function findWithPart(
  db: Queries, id: number, userId: number | null,
): Promise<{ readonly room: RoomRow; readonly part: Participation | undefined } | undefined> {
  const found = await db.selectFrom('rooms')
    .leftJoin('room_participants as p', (join) => join.onRef('p.room_id', '=', 'rooms.id').on('p.user_id', '=', userId))
    .selectAll('rooms').select(['p.role', 'p.last_seen_at']).where('rooms.id', '=', id).executeTakeFirst();
  if (found === undefined) return undefined;
  const { role, last_seen_at, ...room } = found;
  return { room, part: role === null || last_seen_at === null ? undefined : { role, last_seen_at } };
}

/**
 * Locks the room until the transaction ends: all that changes it or its people waits here, in turn. What only needs
 * the room to exist (its chat, by foreign keys and `holding.repo.ts`) does not wait.
 */
export async function lock(tx: Tx, id: number): Promise<RoomRow | undefined> {
  return tx.selectFrom('rooms').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
}

export async function update(tx: Tx, id: number, changes: RoomChanges): Promise<RoomRow> {
  return tx.updateTable('rooms').set(changes).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
}

/** Waits for those that hold the room. */
export async function remove(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('rooms').where('id', '=', id).execute();
}

/** Active public rooms, newest first; reads `rooms_listed_idx`. */
export async function listPublic(db: Queries, { page, limit }: PageRequest): Promise<{ rows: RoomRow[]; total: number }> {
  const [rows, { total }] = await Promise.all([
    db.selectFrom('rooms').selectAll().where('is_active', '=', true).where('is_private', '=', false)
      .orderBy('id', 'desc').limit(limit).offset((page - 1) * limit).execute(),
    db.selectFrom('rooms').select((eb) => eb.fn.countAll<number>().as('total'))
      .where('is_active', '=', true).where('is_private', '=', false).executeTakeFirstOrThrow(),
  ]);
  return { rows, total };
}

/** Rooms that the user owns or takes part in, active or not, newest first. */
export async function listOf(db: Queries, userId: number, { page, limit }: PageRequest): Promise<{ rows: RoomRow[]; total: number }> {
  const mine = db.selectFrom('rooms').where((eb) =>
    eb.or([
      eb('owner_id', '=', userId),
      eb('id', 'in', eb.selectFrom('room_participants').select('room_id').where('user_id', '=', userId)),
    ]),
  );
  const [rows, { total }] = await Promise.all([
    mine.selectAll().orderBy('id', 'desc').limit(limit).offset((page - 1) * limit).execute(),
    mine.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { rows, total };
}

/** Locks the rooms that play a movie, in id order, so that two transactions cannot wait for each other. */
export async function lockPlaying(tx: Tx, movieId: number): Promise<RoomRow[]> {
  return tx.selectFrom('rooms').selectAll().where('movie_id', '=', movieId).orderBy('id').forUpdate().execute();
}

/** Whether the user takes part in a room that plays the movie; reads `room_participants_user_idx`. */
export async function isInRoomPlaying(db: Queries, userId: number, movieId: number): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select 1 from room_participants p join rooms r on r.id = p.room_id
      where p.user_id = ${userId} and r.movie_id = ${movieId}) as found
  `.execute(db);
  return rows[0]?.found === true;
}
