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

/** Under the room's lock; the caller has made sure that all are new. */
export async function addAll(tx: Tx, roomId: number, people: readonly (readonly [userId: number, role: ParticipantRole])[], now: Date): Promise<void> {
  await tx.insertInto('room_participants')
    .values(people.map(([userId, role]) => ({ room_id: roomId, user_id: userId, role, joined_at: now, last_seen_at: now }))).execute();
}

/** Under the room's lock: who of these is in the room, and who is banned from it. */
export async function standingsOf(
  tx: Tx, roomId: number, userIds: readonly number[],
): Promise<{ readonly inside: ReadonlySet<number>; readonly banned: ReadonlySet<number> }> {
  const { rows } = await sql<{ user_id: number; banned: boolean }>`
    select user_id, false as banned from room_participants where room_id = ${roomId} and user_id = any(${userIds}::int[])
    union all
    select user_id, true from room_bans where room_id = ${roomId} and user_id = any(${userIds}::int[])
  `.execute(tx);
  const those = (banned: boolean) => new Set(rows.filter((row) => row.banned === banned).map((row) => row.user_id));
  return { inside: those(false), banned: those(true) };
}

export async function touchAll(tx: Tx, roomId: number, userIds: readonly number[], now: Date): Promise<void> {
  await tx.updateTable('room_participants').set({ last_seen_at: now })
    .where('room_id', '=', roomId).where('user_id', 'in', userIds).execute();
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

/** The first people of the room: hosts, co-hosts, then in order of joining. Sorts all of the room's. */
export async function listed(db: Queries, roomId: number, limit: number): Promise<ParticipantRow[]> {
  return people(db, roomId)
    .orderBy(sql`case room_participants.role when 'host' then 0 when 'co-host' then 1 else 2 end`)
    .orderBy('room_participants.joined_at').orderBy('room_participants.user_id').limit(limit).execute();
}

/**
 * Under the room's lock: where no host is left, the co-host who has been there longest becomes one, else a viewer; people
 * with an account before guests, those of `online` before others. With `onlyOnline` the others count neither as hosts
 * nor as successors. Answers who it is. LR6
 */
export async function appointHost(
  tx: Tx, roomId: number, { online, onlyOnline }: { readonly online: readonly number[]; readonly onlyOnline: boolean },
): Promise<number | undefined> {
  const { rows } = await sql<{ user_id: number }>`
    update room_participants set role = 'host'
    where room_id = ${roomId}
      and user_id = (
        select p.user_id from room_participants p join users u on u.id = p.user_id
        where p.room_id = ${roomId} and (not ${onlyOnline}::bool or p.user_id = any(${online}::int[]))
        order by p.user_id = any(${online}::int[]) desc, p.role = 'co-host' desc, u.guest_of is not null, p.joined_at, p.user_id
        limit 1)
      and not exists (
        select 1 from room_participants h
        where h.room_id = ${roomId} and h.role = 'host' and (not ${onlyOnline}::bool or h.user_id = any(${online}::int[])))
    returning user_id
  `.execute(tx);
  return rows[0]?.user_id;
}

/** These people had their rooms open until now. What somebody holds is left as it is, so that nobody waits. */
export async function seen(db: Queries, places: readonly { readonly roomId: number; readonly userId: number }[], now: Date): Promise<void> {
  await sql`
    with w as (
      select distinct * from unnest(
        ${places.map(({ roomId }) => roomId)}::int[], ${places.map(({ userId }) => userId)}::int[]) as w (room_id, user_id)),
    free as (
      select p.room_id, p.user_id from room_participants p join w on w.room_id = p.room_id and w.user_id = p.user_id
      order by p.room_id, p.user_id for no key update of p skip locked)
    update room_participants p set last_seen_at = greatest(p.last_seen_at, ${now}::timestamptz) from free
    where p.room_id = free.room_id and p.user_id = free.user_id
  `.execute(db);
}

/** Server times, ms, at which the film waited for these people. */
export async function waitedAt(tx: Tx, roomId: number, userIds: readonly number[]): Promise<Map<number, readonly number[]>> {
  const rows = await tx.selectFrom('room_participants').select(['user_id', 'waited_at'])
    .where('room_id', '=', roomId).where('user_id', 'in', userIds).execute();
  return new Map(rows.map(({ user_id, waited_at }) => [user_id, waited_at]));
}

export async function setWaitedAt(tx: Tx, roomId: number, userId: number, waitedAtMs: readonly number[]): Promise<void> {
  await tx.updateTable('room_participants').set({ waited_at: [...waitedAtMs] })
    .where('room_id', '=', roomId).where('user_id', '=', userId).execute();
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
