import { type Selectable, sql } from 'kysely';
import { MOST_UNREAD } from '@watchparty/protocol';
import type { Queries, Tables } from '../../db/index.ts';
import type { Pair } from './pair.ts';

/** A conversation as one of its two sees it. */
export interface ConversationRow {
  readonly peerId: number;
  readonly username: string;
  readonly displayName: string;
  readonly profilePicture: Selectable<Tables['users']>['profile_picture'];
  readonly lastSeq: number;
  readonly lastChange: number;
  readonly lastAt: Date;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly peerDeliveredSeq: number;
  readonly peerReadSeq: number;
  readonly unread: number;
  readonly lastMessageId: string;
}

const COUNTED = MOST_UNREAD;

const mine = (userId: number, { before, limit }: { readonly before?: { at: Date; peerId: number }; readonly limit: number }) => {
  const earlier = (peer: 'higher_id' | 'lower_id') =>
    before === undefined ? sql`` : sql`and (last_at, ${sql.ref(peer)}) < (${before.at}, ${before.peerId})`;
  return sql`(
    (select higher_id as peer_id, lower_id, higher_id, last_seq, last_change, last_at,
      lower_delivered_seq as delivered, lower_read_seq as read, higher_delivered_seq as peer_delivered, higher_read_seq as peer_read
    from conversations where lower_id = ${userId} and last_seq > 0 ${earlier('higher_id')} order by last_at desc, higher_id desc limit ${limit})
    union all
    (select lower_id, lower_id, higher_id, last_seq, last_change, last_at,
      higher_delivered_seq, higher_read_seq, lower_delivered_seq, lower_read_seq
    from conversations where higher_id = ${userId} and last_seq > 0 ${earlier('lower_id')} order by last_at desc, lower_id desc limit ${limit})
    order by last_at desc, peer_id desc limit ${limit})`;
};

const one = (userId: number, { lowerId, higherId }: Pair) => {
  const isLower = userId === lowerId;
  const [own, other] = isLower ? ['lower', 'higher'] : ['higher', 'lower'];
  return sql`(
    select ${isLower ? higherId : lowerId}::int as peer_id, lower_id, higher_id, last_seq, last_change, last_at,
      ${sql.ref(`${own}_delivered_seq`)} as delivered, ${sql.ref(`${own}_read_seq`)} as read,
      ${sql.ref(`${other}_delivered_seq`)} as peer_delivered, ${sql.ref(`${other}_read_seq`)} as peer_read
    from conversations where lower_id = ${lowerId} and higher_id = ${higherId} and last_seq > 0)`;
};

/** With accounts' `users`, and how many of the other's messages are unread: counted from the last that was read. */
const shown = (source: ReturnType<typeof mine>) => sql<ConversationRow>`
  select c.peer_id as "peerId", u.username, u.display_name as "displayName", u.profile_picture as "profilePicture",
    c.last_seq as "lastSeq", c.last_change as "lastChange", c.last_at as "lastAt", c.delivered as "deliveredSeq", c.read as "readSeq",
    c.peer_delivered as "peerDeliveredSeq", c.peer_read as "peerReadSeq", l.id as "lastMessageId",
    (select count(*) from (
      select from direct_messages m
      where m.lower_id = c.lower_id and m.higher_id = c.higher_id and m.seq > c.read and m.sender_id = c.peer_id and m.deleted_at is null
      limit ${COUNTED}) as few) as unread
  from ${source} as c
  join users u on u.id = c.peer_id
  join direct_messages l on l.lower_id = c.lower_id and l.higher_id = c.higher_id and l.seq = c.last_seq
  order by c.last_at desc, c.peer_id desc`;

/** The latest first. Reads `conversations_lower_idx` and `conversations_higher_idx`. DM5 */
export async function list(
  db: Queries, userId: number, window: { readonly before?: { at: Date; peerId: number }; readonly limit: number },
): Promise<readonly ConversationRow[]> {
  return (await shown(mine(userId, window)).execute(db)).rows;
}

export async function find(db: Queries, userId: number, pair: Pair): Promise<ConversationRow | undefined> {
  return (await shown(one(userId, pair)).execute(db)).rows[0];
}

/** In how many of a person's conversations there is something unread. */
export async function countUnread(db: Queries, userId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select from conversations where lower_id = ${userId} and last_seq > lower_read_seq
      union all select from conversations where higher_id = ${userId} and last_seq > higher_read_seq
      limit ${COUNTED}) as few
  `.execute(db);
  return rows[0]!.count;
}

export interface PersonRow {
  readonly id: number;
  readonly username: string;
  readonly displayName: string;
  readonly profilePicture: ConversationRow['profilePicture'];
}

/** Somebody to whom one may begin to write: an account that is open and has not blocked one. */
export async function findPeer(db: Queries, userId: number, peerId: number): Promise<PersonRow | undefined> {
  const { rows } = await sql<PersonRow>`
    select id, username, display_name as "displayName", profile_picture as "profilePicture" from users
    where id = ${peerId} and guest_of is null and disabled_at is null
      and not exists (select from blocks where user_id = ${peerId} and blocked_id = ${userId})
  `.execute(db);
  return rows[0];
}
