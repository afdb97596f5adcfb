import type { RsvpStatus } from '@watchparty/protocol';
import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';

/** Which of these people are friends of the owner; those whom a block concerns never are. */
export async function friendsAmong(db: Queries, ownerId: number, userIds: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ friend_id: number }>`
    select friend_id from friendships where user_id = ${ownerId} and friend_id = any(${userIds}::int[])`.execute(db);
  return new Set(rows.map(({ friend_id }) => friend_id));
}

/** Under the event's lock; answers who was not invited before. */
export async function add(tx: Tx, eventId: number, userIds: readonly number[], now: Date): Promise<number[]> {
  const { rows } = await sql<{ user_id: number }>`
    insert into event_guests (event_id, user_id, created_at)
    select ${eventId}, id, ${now} from unnest(${userIds}::int[]) as w (id)
    on conflict do nothing returning user_id`.execute(tx);
  return rows.map(({ user_id }) => user_id).toSorted((a, b) => a - b);
}

/** Under the events' locks; answers whose invitation there was. */
export async function remove(
  tx: Tx, pairs: readonly { readonly eventId: number; readonly userId: number }[],
): Promise<{ readonly event_id: number; readonly user_id: number }[]> {
  if (pairs.length === 0) return [];
  const { rows } = await sql<{ event_id: number; user_id: number }>`
    delete from event_guests g using unnest(
      ${pairs.map(({ eventId }) => eventId)}::int[], ${pairs.map(({ userId }) => userId)}::int[]) as w (event_id, user_id)
    where g.event_id = w.event_id and g.user_id = w.user_id returning g.event_id, g.user_id`.execute(tx);
  return rows;
}

export async function count(db: Queries, eventId: number): Promise<number> {
  const { count: found } = await db.selectFrom('event_guests').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('event_id', '=', eventId).executeTakeFirstOrThrow();
  return found;
}

export interface GuestRow {
  readonly user_id: number;
  readonly username: string;
  readonly display_name: string;
  readonly status: RsvpStatus | null;
}

/** Who is invited, by id, and what they have answered; reads the primary key. */
export async function list(
  db: Queries, eventId: number, { after, limit }: { readonly after: number; readonly limit: number },
): Promise<GuestRow[]> {
  return db.selectFrom('event_guests as g').innerJoin('users as u', 'u.id', 'g.user_id')
    .leftJoin('rsvps as r', (join) => join.onRef('r.event_id', '=', 'g.event_id').onRef('r.user_id', '=', 'g.user_id'))
    .select(['g.user_id', 'u.username', 'u.display_name', 'r.status'])
    .where('g.event_id', '=', eventId).where('g.user_id', '>', after).orderBy('g.user_id').limit(limit).execute();
}
