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
 * many rooms wait for one another in turn. What is inserted next sees all that was stored before.
 */
export async function lockCounters(tx: Tx, roomIds: readonly number[]): Promise<void> {
  const lock = async (): Promise<number> => {
    const { rows } = await sql`select from chat_counters where room_id = any(${roomIds}::int[]) order by room_id for update`.execute(tx);
    return rows.length;
  };
  if ((await lock()) === roomIds.length) return;
  await sql`
    insert into chat_counters (room_id, last_seq) select id, 0 from unnest(${roomIds}::int[]) as r (id) order by id
    on conflict do nothing
  `.execute(tx);
  await lock();
}

/**
 * Stores many messages in rooms whose counters are locked, numbered in the order given; answers the numbers by the
 * messages' ids. Those whose clientMessageId is taken are left out and use up no number. CH1, CH3
 */
export async function insertAll(tx: Tx, messages: readonly NewMessage[], now: Date): Promise<Map<string, number>> {
  const column = <K extends keyof NewMessage>(name: K): NewMessage[K][] => messages.map((message) => message[name]);
  const { rows } = await sql<{ id: string; seq: number }>`
    with given as (
      select * from unnest(
        ${column('id')}::uuid[], ${column('roomId')}::int[], ${column('userId')}::int[], ${column('content')}::text[],
        ${column('playbackPositionSeconds')}::float8[], ${column('clientMessageId')}::text[],
        ${messages.map(({ mentions }) => JSON.stringify(mentions))}::jsonb[], ${column('replyToId')}::uuid[], ${column('replyToSeq')}::bigint[])
      with ordinality as g (id, room_id, user_id, content, position, client_id, mentions, reply_to_id, reply_to_seq, nth)),
    first as (
      select *, row_number() over (partition by user_id, coalesce(client_id, id::text) order by nth) as occurrence from given),
    fresh as (
      select *, row_number() over (partition by room_id order by nth) as offset_in_room from first f
      where occurrence = 1
        and (client_id is null or not exists (
          select from chat_messages m where m.user_id = f.user_id and m.client_message_id = f.client_id) and not exists (
          select from chat_cleared_ids c where c.user_id = f.user_id and c.client_message_id = f.client_id))),
    counted as (select room_id, count(*) as n from fresh group by room_id),
    counters as (
      update chat_counters c set last_seq = c.last_seq + n from counted where c.room_id = counted.room_id
      returning c.room_id, c.last_seq - n as base)
    insert into chat_messages
      (id, room_id, seq, user_id, content, playback_position_seconds, client_message_id, created_at, mentions, reply_to_id, reply_to_seq)
    select f.id, f.room_id, base + offset_in_room, f.user_id, f.content, f.position, f.client_id, ${now}::timestamptz,
      f.mentions, f.reply_to_id, f.reply_to_seq
    from fresh f join counters using (room_id)
    returning id, seq
  `.execute(tx);
  return new Map(rows.map(({ id, seq }) => [id, seq]));
}

/** Messages that are to be answered, by their ids. */
export async function findAnswered(tx: Tx, ids: readonly string[]): Promise<Map<string, Answered & { readonly roomId: number }>> {
  const { rows } = await sql<Answered & { readonly roomId: number }>`
    select m.id, m.room_id as "roomId", m.seq, m.user_id as "userId", u.username, left(m.content, 300) as content, m.deleted_at as "deletedAt"
    from chat_messages m join users u on u.id = m.user_id where m.id = any(${ids}::uuid[])
  `.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}
