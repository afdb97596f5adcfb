import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';
import type { WriterStanding } from './messages.policy.ts';
import { type Pair, pairKey, pairOf } from './pair.ts';

export interface NewMessage {
  readonly id: string;
  readonly senderId: number;
  readonly receiverId: number;
  readonly content: string;
  readonly imageUrl: string | null;
  readonly publicId: string | null;
  readonly clientMessageId: string | null;
  readonly replyToId: string | null;
  readonly replyToSeq: number | null;
}

/** True for the error of an insert whose `clientMessageId` somebody stored a moment before. */
export const isClientIdTaken = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'direct_messages_client_id_key';

/** True for the error of an insert whose receiver there is not. */
export const isNobody = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error
  && (error.constraint === 'conversations_lower_id_fkey' || error.constraint === 'conversations_higher_id_fkey');

/**
 * Takes the conversation's next number and stores the message with it, in one statement. The conversation's row lock
 * orders its messages until the transaction ends; a rollback gives the number back. Fails where the clientMessageId is
 * another's. Whoever had read all up to the message has read it too. DM1, DM3, DM7
 */
export async function insertOne(tx: Tx, message: NewMessage, now: Date): Promise<number> {
  const { lowerId, higherId } = pairOf(message.senderId, message.receiverId);
  const byLower = message.senderId === lowerId;
  const { rows } = await sql<{ seq: number }>`
    with conversation as (
      insert into conversations as c
        (lower_id, higher_id, last_seq, last_at, lower_read_seq, lower_delivered_seq, higher_read_seq, higher_delivered_seq)
      values (${lowerId}, ${higherId}, 1, ${now}, ${byLower ? 1 : 0}, ${byLower ? 1 : 0}, ${byLower ? 0 : 1}, ${byLower ? 0 : 1})
      on conflict (lower_id, higher_id) do update set
        last_seq = c.last_seq + 1,
        last_at = greatest(c.last_at, excluded.last_at),
        lower_read_seq = c.lower_read_seq + (c.lower_read_seq = c.last_seq and ${byLower})::int,
        lower_delivered_seq = c.lower_delivered_seq + (c.lower_delivered_seq = c.last_seq and ${byLower})::int,
        higher_read_seq = c.higher_read_seq + (c.higher_read_seq = c.last_seq and ${!byLower})::int,
        higher_delivered_seq = c.higher_delivered_seq + (c.higher_delivered_seq = c.last_seq and ${!byLower})::int
      returning last_seq)
    insert into direct_messages
      (id, lower_id, higher_id, seq, sender_id, content, image_url, public_id, client_message_id, reply_to_id, reply_to_seq, created_at)
    select ${message.id}::uuid, ${lowerId}::int, ${higherId}::int, last_seq, ${message.senderId}::int, ${message.content}::text,
      ${message.imageUrl}::text, ${message.publicId}::text, ${message.clientMessageId}::text, ${message.replyToId}::uuid,
      ${message.replyToSeq}::bigint, ${now}::timestamptz
    from conversation
    returning seq
  `.execute(tx);
  return rows[0]!.seq;
}

export interface LockedConversation extends Pair {
  readonly lastSeq: number;
  readonly lowerReadSeq: number;
  readonly lowerDeliveredSeq: number;
  readonly higherReadSeq: number;
  readonly higherDeliveredSeq: number;
}

const columns = (pairs: readonly Pair[]) => sql`
  unnest(${pairs.map(({ lowerId }) => lowerId)}::int[], ${pairs.map(({ higherId }) => higherId)}::int[]) as p (lower_id, higher_id)`;

/** Locks those of these conversations that there are until the transaction ends, in order of their ids. */
export async function lockConversations(tx: Tx, pairs: readonly Pair[]): Promise<Map<string, LockedConversation>> {
  const { rows } = await sql<LockedConversation>`
    select c.lower_id as "lowerId", c.higher_id as "higherId", c.last_seq as "lastSeq",
      c.lower_read_seq as "lowerReadSeq", c.lower_delivered_seq as "lowerDeliveredSeq",
      c.higher_read_seq as "higherReadSeq", c.higher_delivered_seq as "higherDeliveredSeq"
    from conversations c join ${columns(pairs)} using (lower_id, higher_id)
    order by c.lower_id, c.higher_id for update of c
  `.execute(tx);
  return new Map(rows.map((row) => [pairKey(row), row]));
}

/** The same, of those whose people there are; those that were not there begin. */
export async function openConversations(tx: Tx, pairs: readonly Pair[]): Promise<Map<string, LockedConversation>> {
  const locked = await lockConversations(tx, pairs);
  if (locked.size === pairs.length) return locked;
  await sql`
    insert into conversations (lower_id, higher_id)
    select p.lower_id, p.higher_id from ${columns(pairs)}
    where exists (select from users where id = p.lower_id) and exists (select from users where id = p.higher_id)
    order by p.lower_id, p.higher_id
    on conflict do nothing
  `.execute(tx);
  return lockConversations(tx, pairs);
}

export interface Attempt {
  readonly senderId: number;
  readonly receiverId: number;
  readonly clientMessageId: string | null;
}

/**
 * How each sender stands with their receiver, and whether the clientMessageId is taken, in the order given. Under the
 * conversations' locks this holds until the transaction ends. DM2, DM3
 */
export async function standings(
  db: Queries, attempts: readonly Attempt[],
): Promise<(WriterStanding & { readonly taken: boolean })[]> {
  const { rows } = await sql<WriterStanding & { readonly taken: boolean }>`
    select
      u.id is not null as "isAccount",
      exists (select from blocks where user_id = a.sender_id and blocked_id = a.receiver_id) as blocking,
      exists (select from blocks where user_id = a.receiver_id and blocked_id = a.sender_id) as blocked,
      coalesce(u.messages_from = 'friends', false)
        and not exists (select from friendships where user_id = a.receiver_id and friend_id = a.sender_id) as "friendsOnly",
      exists (select from direct_messages m where m.sender_id = a.sender_id and m.client_message_id = a.client_id) as taken
    from unnest(
      ${attempts.map(({ senderId }) => senderId)}::int[], ${attempts.map(({ receiverId }) => receiverId)}::int[],
      ${attempts.map(({ clientMessageId }) => clientMessageId)}::text[]) with ordinality as a (sender_id, receiver_id, client_id, nth)
    left join users u on u.id = a.receiver_id and u.guest_of is null and u.disabled_at is null
    order by a.nth
  `.execute(db);
  return rows;
}

export interface Numbered {
  readonly message: NewMessage;
  readonly seq: number;
}

/** Stores numbered messages, and how their conversations stand after them, in one statement. Under the locks of `openConversations`. */
export async function insertAll(
  tx: Tx, numbered: readonly Numbered[], conversations: readonly LockedConversation[], now: Date,
): Promise<void> {
  const column = <K extends keyof NewMessage>(name: K): NewMessage[K][] => numbered.map(({ message }) => message[name]);
  const pairs = numbered.map(({ message }) => pairOf(message.senderId, message.receiverId));
  const state = <K extends keyof LockedConversation>(name: K): LockedConversation[K][] => conversations.map((row) => row[name]);
  await sql`
    with counted as (
      update conversations c set
        last_seq = s.last_seq, last_at = greatest(c.last_at, ${now}::timestamptz),
        lower_read_seq = s.lower_read, lower_delivered_seq = s.lower_delivered,
        higher_read_seq = s.higher_read, higher_delivered_seq = s.higher_delivered
      from unnest(
        ${state('lowerId')}::int[], ${state('higherId')}::int[], ${state('lastSeq')}::bigint[], ${state('lowerReadSeq')}::bigint[],
        ${state('lowerDeliveredSeq')}::bigint[], ${state('higherReadSeq')}::bigint[], ${state('higherDeliveredSeq')}::bigint[])
        as s (lower_id, higher_id, last_seq, lower_read, lower_delivered, higher_read, higher_delivered)
      where c.lower_id = s.lower_id and c.higher_id = s.higher_id)
    insert into direct_messages
      (id, lower_id, higher_id, seq, sender_id, content, image_url, public_id, client_message_id, reply_to_id, reply_to_seq, created_at)
    select g.*, ${now}::timestamptz
    from unnest(
      ${column('id')}::uuid[], ${pairs.map(({ lowerId }) => lowerId)}::int[], ${pairs.map(({ higherId }) => higherId)}::int[],
      ${numbered.map(({ seq }) => seq)}::bigint[], ${column('senderId')}::int[], ${column('content')}::text[],
      ${column('imageUrl')}::text[], ${column('publicId')}::text[], ${column('clientMessageId')}::text[],
      ${column('replyToId')}::uuid[], ${column('replyToSeq')}::bigint[]) as g
  `.execute(tx);
}

/** A message that another one answers. */
export interface Answered extends Pair {
  readonly id: string;
  readonly seq: number;
  readonly senderId: number;
  readonly content: string;
  readonly hasImage: boolean;
  readonly deletedAt: Date | null;
}

export async function findAnswered(tx: Tx, ids: readonly string[]): Promise<Map<string, Answered>> {
  const { rows } = await sql<Answered>`
    select id, lower_id as "lowerId", higher_id as "higherId", seq, sender_id as "senderId", left(content, 300) as content,
      image_url is not null as "hasImage", deleted_at as "deletedAt"
    from direct_messages where id = any(${ids}::uuid[])
  `.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Waits for whatever is being written between the two, and holds up what comes next until the transaction ends; a first
 * message too, whose conversation nobody sees yet. DM2
 */
export async function holdConversation(tx: Tx, { lowerId, higherId }: Pair): Promise<void> {
  await sql`
    insert into conversations as c (lower_id, higher_id) values (${lowerId}, ${higherId})
    on conflict (lower_id, higher_id) do update set last_seq = c.last_seq
  `.execute(tx);
}
