import { type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type ChatRow = Selectable<Tables['chat_messages']> & { readonly username: string };

export interface NewMessage {
  readonly id: string;
  readonly roomId: number;
  readonly userId: number;
  readonly content: string;
  readonly playbackPositionSeconds: number | null;
  readonly clientMessageId: string | null;
  readonly now: Date;
}

/**
 * Takes the room's next number and stores the message with it, in one statement. The counter's row lock orders the
 * room's messages until the transaction ends; a rollback gives the number back. CH1
 */
export async function insert(tx: Tx, message: NewMessage): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    with counter as (
      insert into chat_counters as c (room_id, last_seq) values (${message.roomId}, 1)
      on conflict (room_id) do update set last_seq = c.last_seq + 1
      returning last_seq)
    insert into chat_messages
      (id, room_id, seq, user_id, content, playback_position_seconds, client_message_id, created_at)
    select ${message.id}::uuid, ${message.roomId}::int, last_seq, ${message.userId}::int, ${message.content}::text,
      ${message.playbackPositionSeconds}::float8, ${message.clientMessageId}::text, ${message.now}::timestamptz
    from counter
    returning seq
  `.execute(tx);
  return rows[0]!.seq;
}

/** A named read model over `chat_messages` and accounts' `users`. */
const messages = (db: Queries) =>
  db.selectFrom('chat_messages').innerJoin('users', 'users.id', 'chat_messages.user_id').selectAll('chat_messages').select('users.username');

/**
 * The message, or what is left of one that was cleared away: in one statement, so that it is not missed on its way from
 * one table to the other. Reads `chat_messages_client_id_key` and the primary key of `chat_cleared_ids`. CH3, CC2
 */
export async function findByClientId(db: Queries, userId: number, clientMessageId: string): Promise<ChatRow | undefined> {
  const { rows } = await sql<ChatRow>`
    select m.*, u.username from (
      select * from chat_messages where user_id = ${userId} and client_message_id = ${clientMessageId}
      union all
      select id, room_id, seq, user_id, '', null, client_message_id, created_at, null, cleared_at
      from chat_cleared_ids where user_id = ${userId} and client_message_id = ${clientMessageId}) as m
    join users u on u.id = m.user_id
  `.execute(db);
  return rows[0];
}

/** True for the error of an insert whose `clientMessageId` somebody stored a moment before. */
export const isClientIdTaken = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'chat_messages_client_id_key';

export interface SeqWindow {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

/** Ascending by seq; reads `chat_messages_room_seq_key` from whichever end is nearer. CH4 */
export async function list(db: Queries, roomId: number, { before, after, limit }: SeqWindow): Promise<ChatRow[]> {
  const inRoom = messages(db).where('chat_messages.room_id', '=', roomId).limit(limit);
  if (after !== undefined) return inRoom.where('seq', '>', after).orderBy('seq').execute();
  const newest = before === undefined ? inRoom : inRoom.where('seq', '<', before);
  return (await newest.orderBy('seq', 'desc').execute()).toReversed();
}

/** Locks the message until the transaction ends. */
export async function lock(tx: Tx, roomId: number, id: string): Promise<ChatRow | undefined> {
  return messages(tx).where('chat_messages.id', '=', id).where('chat_messages.room_id', '=', roomId)
    .forUpdate('chat_messages').executeTakeFirst();
}

export async function edit(tx: Tx, id: string, content: string, now: Date): Promise<void> {
  await tx.updateTable('chat_messages').set({ content, edited_at: now }).where('id', '=', id).execute();
}

export async function erase(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.updateTable('chat_messages').set({ content: '', deleted_at: now }).where('id', '=', id).execute();
}
