import { sql } from 'kysely';
import type { ChatMention } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Answered } from './chat.views.ts';

export interface NewMessage {
  readonly id: string;
  readonly roomId: number;
  readonly userId: number;
  readonly content: string;
  readonly playbackPositionSeconds: number | null;
  readonly clientMessageId: string | null;
  readonly mentions: ChatMention[];
  readonly replyToId: string | null;
  readonly replyToSeq: number | null;
}

/** True for the error of an insert whose `clientMessageId` somebody stored a moment before. */
export const isClientIdTaken = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'chat_messages_client_id_key';

/**
 * Takes the room's next number and stores the message with it, in one statement. The counter's row lock orders the
 * room's messages until the transaction ends; a rollback gives the number back. Undefined where the clientMessageId
 * was a cleared message's; fails where it is another's. CH1, CH3
 */
export async function insertOne(tx: Tx, message: NewMessage, now: Date): Promise<number | undefined> {
  const { rows } = await sql<{ seq: number }>`
    with counter as (
      insert into chat_counters as c (room_id, last_seq)
      select ${message.roomId}::int, 1 where not exists (
        select from chat_cleared_ids where user_id = ${message.userId} and client_message_id = ${message.clientMessageId}::text)
      on conflict (room_id) do update set last_seq = c.last_seq + 1
      returning last_seq)
    insert into chat_messages
      (id, room_id, seq, user_id, content, playback_position_seconds, client_message_id, created_at, mentions, reply_to_id, reply_to_seq)
    select ${message.id}::uuid, ${message.roomId}::int, last_seq, ${message.userId}::int, ${message.content}::text,
      ${message.playbackPositionSeconds}::float8, ${message.clientMessageId}::text, ${now}::timestamptz,
      ${JSON.stringify(message.mentions)}::jsonb, ${message.replyToId}::uuid, ${message.replyToSeq}::bigint
    from counter
    returning seq
  `.execute(tx);
  return rows[0]?.seq;
}

/**
 * Locks the counters of these rooms until the transaction ends, in order of id, so that two that store messages of
 * many rooms wait for one another in turn. Answers the last number given out in each.
 */
async function lockCounters(tx: Tx, roomIds: readonly number[]): Promise<Map<number, number>> {
  const lock = async () => (await sql<{ room_id: number; last_seq: number }>`
    select room_id, last_seq from chat_counters where room_id = any(${roomIds}::int[]) order by room_id for update`.execute(tx)).rows;
  let rows = await lock();
  if (rows.length < roomIds.length) {
    await sql`
      insert into chat_counters (room_id, last_seq) select id, 0 from unnest(${roomIds}::int[]) as r (id) order by id
      on conflict do nothing
    `.execute(tx);
    rows = await lock();
  }
  return new Map(rows.map(({ room_id, last_seq }) => [room_id, last_seq]));
}

/**
 * Stores many messages, numbered under the counters' locks in the order given; answers the numbers by the messages'
 * ids. Those whose clientMessageId is taken are left out and use up no number. CH1, CH3
 */
export async function insertAll(tx: Tx, messages: readonly NewMessage[], now: Date): Promise<Map<string, number>> {
  const last = await lockCounters(tx, [...new Set(messages.map(({ roomId }) => roomId))]);
  const inBatch = new Set<string>();
  let left = messages.filter(({ userId, clientMessageId }) =>
    clientMessageId === null || (inBatch.size < inBatch.add(`${userId} ${clientMessageId}`).size));
  for (;;) {
    const numbered = numberFrom(last, left);
    if (await insertNumbered(tx, left, numbered, now)) return numbered.seqs;
    // Some are taken, and their numbers would be gaps: number again, without them.
    const { rows } = await sql<{ id: string }>`
      delete from chat_messages where id = any(${left.map(({ id }) => id)}::uuid[]) returning id`.execute(tx);
    const free = new Set(rows.map(({ id }) => id));
    left = left.filter(({ id }) => free.has(id));
  }
}

interface Numbered {
  readonly seqs: Map<string, number>;
  /** The last number of each room. */
  readonly last: Map<number, number>;
}

function numberFrom(before: ReadonlyMap<number, number>, messages: readonly NewMessage[]): Numbered {
  const last = new Map(before);
  const seqs = new Map<string, number>();
  for (const { id, roomId } of messages) {
    const seq = last.get(roomId)! + 1;
    last.set(roomId, seq);
    seqs.set(id, seq);
  }
  return { seqs, last };
}

/** False when some were left out because their clientMessageId is taken; the counters are wrong then. */
async function insertNumbered(tx: Tx, messages: readonly NewMessage[], { seqs, last }: Numbered, now: Date): Promise<boolean> {
  const column = <K extends keyof NewMessage>(name: K): NewMessage[K][] => messages.map((message) => message[name]);
  const { numAffectedRows } = await sql`
    with counters as (
      update chat_counters c set last_seq = l.last_seq
      from unnest(${[...last.keys()]}::int[], ${[...last.values()]}::bigint[]) as l (room_id, last_seq) where c.room_id = l.room_id)
    insert into chat_messages
      (id, room_id, seq, user_id, content, playback_position_seconds, client_message_id, created_at, mentions, reply_to_id,
        reply_to_seq)
    select g.id, g.room_id, g.seq, g.user_id, g.content, g.position, g.client_id, ${now}::timestamptz, g.mentions,
      g.reply_to_id, g.reply_to_seq
    from unnest(
      ${column('id')}::uuid[], ${column('roomId')}::int[], ${[...seqs.values()]}::bigint[], ${column('userId')}::int[],
      ${column('content')}::text[], ${column('playbackPositionSeconds')}::float8[], ${column('clientMessageId')}::text[],
      ${messages.map(({ mentions }) => JSON.stringify(mentions))}::jsonb[], ${column('replyToId')}::uuid[],
      ${column('replyToSeq')}::bigint[])
      as g (id, room_id, seq, user_id, content, position, client_id, mentions, reply_to_id, reply_to_seq)
    where not exists (select from chat_cleared_ids c where c.user_id = g.user_id and c.client_message_id = g.client_id)
    on conflict (user_id, client_message_id) where client_message_id is not null do nothing
  `.execute(tx);
  return numAffectedRows === BigInt(messages.length);
}

/** Messages that are to be answered, by their ids. */
export async function findAnswered(tx: Tx, ids: readonly string[]): Promise<Map<string, Answered & { readonly roomId: number }>> {
  const { rows } = await sql<Answered & { readonly roomId: number }>`
    select m.id, m.room_id as "roomId", m.seq, m.user_id as "userId", u.username, left(m.content, 300) as content,
      m.deleted_at as "deletedAt"
    from chat_messages m join users u on u.id = m.user_id where m.id = any(${ids}::uuid[])
  `.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Between whom of these pairs a block of friends' `blocks` stands, whoever made it. Reads its primary key. */
export async function apart(tx: Tx, pairs: readonly (readonly [number, number])[]): Promise<(a: number, b: number) => boolean> {
  const { rows } = await sql<{ a: number; b: number }>`
    select p.a, p.b from unnest(${pairs.map(([a]) => a)}::int[], ${pairs.map(([, b]) => b)}::int[]) as p (a, b)
    where exists (select from blocks where user_id = p.a and blocked_id = p.b)
      or exists (select from blocks where user_id = p.b and blocked_id = p.a)
  `.execute(tx);
  const found = new Set(rows.map(({ a, b }) => `${a} ${b}`));
  return (a, b) => found.has(`${a} ${b}`);
}
