import type { RsvpStatus } from '@watchparty/protocol';
import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';
import { blockedBetween } from './events.repo.ts';

export interface NewAnswer {
  readonly eventId: number;
  readonly userId: number;
  readonly status: RsvpStatus;
  /** On the waiting list alone. */
  readonly position: number | null;
  readonly wantsMail: boolean;
}

/** Under the events' locks; each person once for each event. */
export async function upsert(tx: Tx, answers: readonly NewAnswer[], now: Date): Promise<void> {
  if (answers.length === 0) return;
  await sql`
    insert into rsvps (event_id, user_id, status, position, wants_mail, created_at, updated_at)
    select *, ${now}::timestamptz, ${now}::timestamptz from unnest(
      ${answers.map(({ eventId }) => eventId)}::int[], ${answers.map(({ userId }) => userId)}::int[],
      ${answers.map(({ status }) => status)}::text[], ${answers.map(({ position }) => position)}::bigint[],
      ${answers.map(({ wantsMail }) => wantsMail)}::boolean[])
    on conflict (event_id, user_id) do update
      set status = excluded.status, position = excluded.position, wants_mail = excluded.wants_mail, updated_at = excluded.updated_at
  `.execute(tx);
}

export interface Pair {
  readonly event_id: number;
  readonly user_id: number;
}
export interface Answered extends Pair {
  readonly status: RsvpStatus;
}

/** Under the events' locks; answers what was taken. */
export async function remove(tx: Tx, pairs: readonly { readonly eventId: number; readonly userId: number }[]): Promise<Answered[]> {
  if (pairs.length === 0) return [];
  const { rows } = await sql<Answered>`
    delete from rsvps r using unnest(
      ${pairs.map(({ eventId }) => eventId)}::int[], ${pairs.map(({ userId }) => userId)}::int[]) as w (event_id, user_id)
    where r.event_id = w.event_id and r.user_id = w.user_id returning r.event_id, r.user_id, r.status`.execute(tx);
  return rows;
}

export interface Promoted extends Pair {
  readonly position: number;
  readonly wants_mail: boolean;
}

/** Under the events' locks: the first of each waiting list get so many seats. Reads `rsvps_waiting_idx`. RV4 */
export async function promote(
  tx: Tx, seats: readonly { readonly eventId: number; readonly free: number }[], now: Date,
): Promise<Promoted[]> {
  const { rows } = await sql<Promoted>`
    with first as (
      select f.event_id, f.user_id, f.position
      from unnest(${seats.map(({ eventId }) => eventId)}::int[], ${seats.map(({ free }) => free)}::int[]) as s (event_id, free)
      cross join lateral (
        select * from rsvps r where r.event_id = s.event_id and r.status = 'waitlisted' order by r.position limit s.free) as f)
    update rsvps r set status = 'going', position = null, updated_at = ${now} from first
    where r.event_id = first.event_id and r.user_id = first.user_id
    returning r.event_id, r.user_id, first.position, r.wants_mail`.execute(tx);
  return rows.toSorted((a, b) => a.event_id - b.event_id || a.position - b.position);
}

export interface Counts {
  readonly id: number;
  readonly going: number;
  readonly interested: number;
  readonly waitlisted: number;
  readonly lastPosition: number;
}

/** Under the events' locks. */
export async function setCounts(tx: Tx, counts: readonly Counts[]): Promise<void> {
  if (counts.length === 0) return;
  await sql`
    update events e set going_count = c.going, interested_count = c.interested, waitlisted_count = c.waitlisted,
      last_position = c.last_position
    from unnest(
      ${counts.map(({ id }) => id)}::int[], ${counts.map(({ going }) => going)}::int[],
      ${counts.map(({ interested }) => interested)}::int[], ${counts.map(({ waitlisted }) => waitlisted)}::int[],
      ${counts.map(({ lastPosition }) => lastPosition)}::bigint[]) as c (id, going, interested, waitlisted, last_position)
    where e.id = c.id`.execute(tx);
}

/** The places of positions on an event's waiting list, from 1. Reads `rsvps_waiting_idx`. */
export async function ranksOf(db: Queries, eventId: number, positions: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (positions.length === 0) return new Map();
  const { rows } = await sql<{ position: number; rank: number }>`
    select position, rank from (
      select position, row_number() over (order by position) as rank from rsvps
      where event_id = ${eventId} and status = 'waitlisted' and position <= ${Math.max(...positions)}) as waiting
    where position = any(${positions}::bigint[])`.execute(db);
  return new Map(rows.map(({ position, rank }) => [position, rank]));
}

/** The events that somebody has answered or is invited to. */
export async function eventIdsOf(db: Queries, userId: number): Promise<number[]> {
  const { rows } = await sql<{ event_id: number }>`
    select event_id from rsvps where user_id = ${userId}
    union select event_id from event_guests where user_id = ${userId} order by event_id`.execute(db);
  return rows.map(({ event_id }) => event_id);
}

export interface AttendeeRow {
  readonly user_id: number;
  readonly username: string;
  readonly display_name: string;
  readonly status: RsvpStatus;
  readonly position: number | null;
}

/**
 * People of one status: who waits in the order of the list, others by id; without those between whom and the viewer
 * there is a block. Reads `rsvps_listed_idx` or `rsvps_waiting_idx`.
 */
export async function list(
  db: Queries,
  { eventId, viewerId, status, after, limit }: {
    readonly eventId: number; readonly viewerId: number; readonly status: RsvpStatus; readonly after: number; readonly limit: number;
  },
): Promise<AttendeeRow[]> {
  const order = status === 'waitlisted' ? sql`r.position` : sql`r.user_id`;
  const { rows } = await sql<AttendeeRow>`
    select r.user_id, u.username, u.display_name, r.status, r.position
    from rsvps r join users u on u.id = r.user_id
    where r.event_id = ${eventId} and r.status = ${status} and ${order} > ${after}::bigint
      and not ${blockedBetween(sql`r.user_id`, sql`${viewerId}::int`)}
    order by ${order} limit ${limit}`.execute(db);
  return rows;
}

/** People of these statuses after one, by id: to tell them something, batch by batch. Reads `rsvps_listed_idx`. */
export async function listToTell(
  db: Queries,
  { eventId, statuses, afterUser, limit }: {
    readonly eventId: number; readonly statuses: readonly RsvpStatus[]; readonly afterUser: number; readonly limit: number;
  },
): Promise<{ readonly user_id: number }[]> {
  return db.selectFrom('rsvps').select('user_id')
    .where('event_id', '=', eventId).where('status', 'in', statuses).where('user_id', '>', afterUser)
    .orderBy('user_id').limit(limit).execute();
}

/** What the mail of a seat says; undefined: it is of no use any more. A named read model over accounts' `users` too. */
export async function letterOf(db: Queries, eventId: number, userId: number, now: Date) {
  const row = await db.selectFrom('rsvps as r').innerJoin('events as e', 'e.id', 'r.event_id').innerJoin('users as u', 'u.id', 'r.user_id')
    .select(['u.email', 'u.locale', 'e.title', 'e.starts_at', 'e.time_zone'])
    .where('r.event_id', '=', eventId).where('r.user_id', '=', userId).where('r.status', '=', 'going')
    .where('e.cancelled_at', 'is', null).where('e.over_at', '>', now).where('u.disabled_at', 'is', null)
    .executeTakeFirst();
  return row?.email == null ? undefined : { ...row, email: row.email };
}
