import { sql } from 'kysely';
import type { ParticipantRole } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { PageRequest } from '../../kernel/page.ts';

export interface ParticipantRow {
  readonly user_id: number;
  readonly username: string;
  readonly role: ParticipantRole;
  readonly joined_at: Date;
  readonly last_seen_at: Date;
}

export interface Participation {
  readonly role: ParticipantRole;
  readonly last_seen_at: Date;
}

/** As whom the user takes part; undefined: not at all. */
export async function roleOf(db: Queries, roomId: number, userId: number): Promise<ParticipantRole | undefined> {
  const row = await db.selectFrom('room_participants').select('role')
    .where('room_id', '=', roomId).where('user_id', '=', userId).executeTakeFirst();
  return row?.role;
}

/** The same, with when they were last seen. */
export async function participationOf(db: Queries, roomId: number, userId: number): Promise<Participation | undefined> {
  return db.selectFrom('room_participants').select(['role', 'last_seen_at'])
    .where('room_id', '=', roomId).where('user_id', '=', userId).executeTakeFirst();
}

/** Under the room's lock; the caller has made sure that the person is new. */
export async function add(tx: Tx, roomId: number, userId: number, role: ParticipantRole, now: Date): Promise<void> {
  await tx.insertInto('room_participants')
    .values({ room_id: roomId, user_id: userId, role, joined_at: now, last_seen_at: now }).execute();
}

/** Under the room's lock; false when the person was not there. */
export async function remove(tx: Tx, roomId: number, userId: number): Promise<boolean> {
  const result = await tx.deleteFrom('room_participants')
    .where('room_id', '=', roomId).where('user_id', '=', userId).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

export async function setRole(tx: Tx, roomId: number, userId: number, role: ParticipantRole): Promise<void> {
  await tx.updateTable('room_participants').set({ role })
    .where('room_id', '=', roomId).where('user_id', '=', userId).execute();
}

export async function touch(tx: Queries, roomId: number, userId: number, now: Date): Promise<void> {
  await tx.updateTable('room_participants').set({ last_seen_at: now })
    .where('room_id', '=', roomId).where('user_id', '=', userId).execute();
}

/** A named read model over `room_participants` and accounts' `users`. */
const people = (db: Queries, roomId: number) =>
  db.selectFrom('room_participants').innerJoin('users', 'users.id', 'room_participants.user_id')
    .select([
      'room_participants.user_id', 'users.username', 'room_participants.role',
      'room_participants.joined_at', 'room_participants.last_seen_at',
    ])
    .where('room_participants.room_id', '=', roomId);

/** Who is in the room, in order of joining. */
export async function list(db: Queries, roomId: number, { page, limit }: PageRequest): Promise<ParticipantRow[]> {
  return people(db, roomId).orderBy('room_participants.joined_at').orderBy('room_participants.user_id')
    .limit(limit).offset((page - 1) * limit).execute();
}

export async function find(db: Queries, roomId: number, userId: number): Promise<ParticipantRow | undefined> {
  return people(db, roomId).where('room_participants.user_id', '=', userId).executeTakeFirst();
}

export async function isBanned(db: Queries, roomId: number, userId: number): Promise<boolean> {
  const row = await db.selectFrom('room_bans').select('user_id')
    .where('room_id', '=', roomId).where('user_id', '=', userId).executeTakeFirst();
  return row !== undefined;
}

/** False when there is no such user; banning again changes nothing. */
export async function ban(tx: Tx, roomId: number, userId: number, bannedBy: number): Promise<boolean> {
  const { rows } = await sql`
    with person as (select id from users where id = ${userId}),
    banned as (
      insert into room_bans (room_id, user_id, banned_by) select ${roomId}::int, id, ${bannedBy}::int from person
      on conflict do nothing)
    select id from person
  `.execute(tx);
  return rows.length === 1;
}

/** False when there was no ban. */
export async function unban(tx: Tx, roomId: number, userId: number): Promise<boolean> {
  const result = await tx.deleteFrom('room_bans')
    .where('room_id', '=', roomId).where('user_id', '=', userId).executeTakeFirst();
  return result.numDeletedRows === 1n;
}
