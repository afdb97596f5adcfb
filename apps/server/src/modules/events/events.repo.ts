import type { RsvpStatus } from '@watchparty/protocol';
import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type EventRow = Selectable<Tables['events']>;
export type NewEvent = Insertable<Tables['events']>;
export type EventChanges = Updateable<Tables['events']>;

export async function insert(tx: Tx, event: NewEvent): Promise<EventRow> {
  return tx.insertInto('events').values(event).returningAll().executeTakeFirstOrThrow();
}

export async function find(db: Queries, id: number): Promise<EventRow | undefined> {
  return db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locks events until the transaction ends, in id order: all that changes them or their people waits here, in turn. */
export async function lockAll(tx: Tx, ids: readonly number[]): Promise<EventRow[]> {
  if (ids.length === 0) return [];
  return tx.selectFrom('events').selectAll().where('id', 'in', ids).orderBy('id').forNoKeyUpdate().execute();
}

export async function lock(tx: Tx, id: number): Promise<EventRow | undefined> {
  return (await lockAll(tx, [id]))[0];
}

/** Under the event's lock. */
export async function update(tx: Tx, id: number, changes: EventChanges): Promise<EventRow> {
  return tx.updateTable('events').set(changes).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
}

export async function remove(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('events').where('id', '=', id).execute();
}

/** How many events somebody has that are to come; reads `events_owner_idx`. */
export async function countUpcoming(db: Queries, ownerId: number, now: Date): Promise<number> {
  const { count } = await db.selectFrom('events').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('owner_id', '=', ownerId).where('starts_at', '>', now).where('cancelled_at', 'is', null).executeTakeFirstOrThrow();
  return count;
}

/** What somebody is to an event and its owner. */
export interface Part {
  readonly status: RsvpStatus | null;
  readonly position: number | null;
  readonly wantsMail: boolean;
  readonly invited: boolean;
  readonly friend: boolean;
  readonly blocked: boolean;
}

/** Whether `a` and `b`, two expressions, are friends; and whether one of them blocks the other. */
const befriended = (a: RawBuilder<unknown>, b: RawBuilder<unknown>) =>
  sql<boolean>`exists (select from friendships f where f.user_id = ${a} and f.friend_id = ${b})`;
export const blockedBetween = (a: RawBuilder<unknown>, b: RawBuilder<unknown>) => sql<boolean>`(
  exists (select from blocks k where k.user_id = ${a} and k.blocked_id = ${b})
  or exists (select from blocks k where k.user_id = ${b} and k.blocked_id = ${a}))`;

/** For each pair, in their order, what the person is to the event; a named read model over friends' tables too. */
export async function partsOf(
  db: Queries, pairs: readonly { readonly eventId: number; readonly userId: number }[],
): Promise<Part[]> {
  const { rows } = await sql<Part>`
    select r.status, r.position, coalesce(r.wants_mail, false) as "wantsMail", g.user_id is not null as invited,
      ${befriended(sql`e.owner_id`, sql`w.user_id`)} as friend, ${blockedBetween(sql`e.owner_id`, sql`w.user_id`)} as blocked
    from unnest(${pairs.map(({ eventId }) => eventId)}::int[], ${pairs.map(({ userId }) => userId)}::int[])
      with ordinality as w (event_id, user_id, n)
    join events e on e.id = w.event_id
    left join rsvps r on r.event_id = w.event_id and r.user_id = w.user_id
    left join event_guests g on g.event_id = w.event_id and g.user_id = w.user_id
    order by w.n`.execute(db);
  return rows;
}

/** Where a list by start goes on: after this event. */
export interface Place {
  readonly at: Date;
  readonly id: number;
}

interface Window {
  readonly after: Place | undefined;
  readonly limit: number;
}

/** Longer than any event takes: what began before is over. */
const LONGEST = sql`interval '15 days'`;

const rising = (after: Place | undefined) =>
  after === undefined ? sql`true` : sql`(e.starts_at, e.id) > (${after.at}::timestamptz, ${after.id}::int)`;
const falling = (after: Place | undefined) =>
  after === undefined ? sql`true` : sql`(e.starts_at, e.id) < (${after.at}::timestamptz, ${after.id}::int)`;

/** Public ones that are not over, the next first; reads `events_upcoming_idx`. EV7 */
export async function listUpcoming(
  db: Queries, { viewerId, now, after, limit }: Window & { readonly viewerId: number | undefined; readonly now: Date },
): Promise<EventRow[]> {
  const free = viewerId === undefined ? sql`true` : sql`not ${blockedBetween(sql`e.owner_id`, sql`${viewerId}::int`)}`;
  const { rows } = await sql<EventRow>`
    select e.* from events e
    where e.visibility = 'public' and e.cancelled_at is null
      and e.starts_at > ${now}::timestamptz - ${LONGEST} and e.over_at > ${now} and ${rising(after)} and ${free}
    order by e.starts_at, e.id limit ${limit}`.execute(db);
  return rows;
}

/** Those of somebody's friends that friends may see and that are not over, the next first; reads `events_owner_idx`. EV7 */
export async function listOfFriends(
  db: Queries, { viewerId, now, after, limit }: Window & { readonly viewerId: number; readonly now: Date },
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select e.* from friendships f join events e on e.owner_id = f.friend_id
    where f.user_id = ${viewerId} and e.visibility in ('public', 'friends') and e.cancelled_at is null
      and e.starts_at > ${now}::timestamptz - ${LONGEST} and e.over_at > ${now} and ${rising(after)}
      and not ${blockedBetween(sql`e.owner_id`, sql`${viewerId}::int`)}
    order by e.starts_at, e.id limit ${limit}`.execute(db);
  return rows;
}

export type MyEventRow = EventRow & { readonly my_status: RsvpStatus | null };

/**
 * What somebody has to do with: owns, has answered and not declined, or is invited to; cancelled ones too. Reads
 * `events_owner_idx`, `rsvps_user_idx` and `event_guests_user_idx`. EV7
 */
export async function listMine(
  db: Queries,
  { viewerId, now, past, after, limit }: Window & { readonly viewerId: number; readonly now: Date; readonly past: boolean },
): Promise<MyEventRow[]> {
  const { rows } = await sql<MyEventRow>`
    select e.*, r.status as my_status
    from (
      select id from events where owner_id = ${viewerId}
      union select event_id from rsvps where user_id = ${viewerId}
      union select event_id from event_guests where user_id = ${viewerId}) as mine
    join events e on e.id = mine.id
    left join rsvps r on r.event_id = e.id and r.user_id = ${viewerId}
    where (e.owner_id = ${viewerId} or r.status is distinct from 'declined')
      and ${past ? sql`e.over_at <= ${now} and ${falling(after)}` : sql`e.over_at > ${now} and ${rising(after)}`}
      and not ${blockedBetween(sql`e.owner_id`, sql`${viewerId}::int`)}
    order by ${past ? sql`e.starts_at desc, e.id desc` : sql`e.starts_at, e.id`} limit ${limit}`.execute(db);
  return rows;
}

/** What somebody holds, as another person sees it: all for oneself, else what is public or, for friends, theirs. EV7 */
export async function listOfUser(
  db: Queries, { ownerId, viewerId, after, limit }: Window & { readonly ownerId: number; readonly viewerId: number },
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select e.* from events e
    where e.owner_id = ${ownerId} and ${falling(after)}
      and (e.owner_id = ${viewerId} or (
        (e.visibility = 'public' or (e.visibility = 'friends' and ${befriended(sql`e.owner_id`, sql`${viewerId}::int`)}))
        and not ${blockedBetween(sql`e.owner_id`, sql`${viewerId}::int`)}))
    order by e.starts_at desc, e.id desc limit ${limit}`.execute(db);
  return rows;
}

/** All that these people hold; reads `events_owner_idx`. */
export async function idsOwnedBy(db: Queries, ownerIds: readonly number[]): Promise<number[]> {
  const rows = await db.selectFrom('events').select('id').where('owner_id', 'in', ownerIds).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Takes a room that is about to go off its events, and lets no event have it from then on; reads `events_room_idx`. */
export async function clearRoom(tx: Tx, roomId: number): Promise<Pick<EventRow, 'id' | 'owner_id'>[]> {
  await tx.selectFrom('rooms').select('id').where('id', '=', roomId).forUpdate().execute();
  const ids = (await tx.selectFrom('events').select('id').where('room_id', '=', roomId).execute()).map(({ id }) => id);
  const rows = await lockAll(tx, ids);
  if (rows.length === 0) return [];
  await tx.updateTable('events').set({ room_id: null, opens_room: false }).where('id', 'in', ids).execute();
  return rows;
}

/** True for the error of a write that names a room which has just been removed. */
export const isRoomGone = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'events_room_id_fkey';
