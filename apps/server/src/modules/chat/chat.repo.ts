import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export interface ChatRow extends Selectable<Tables['chat_messages']> {
  readonly username: string;
  /** What it answers; null: nothing, or nothing that is still there. Times are JSON's. */
  readonly answered: {
    readonly id: string; readonly seq: number; readonly userId: number; readonly username: string; readonly content: string;
    readonly deletedAt: string | null;
  } | null;
  readonly reactions: readonly object[] | null;
}

/**
 * A named read model over the chat's tables and accounts' `users`. `source` gives rows of `chat_messages` as `m`; for
 * each the message that it answers and its reactions are looked up by their primary keys.
 */
const messages = (source: RawBuilder<unknown>) => sql<ChatRow>`
  select m.*, u.username, answered.answered, given.reactions
  from ${source}
  join users u on u.id = m.user_id
  left join lateral (
    select jsonb_build_object('id', a.id, 'seq', a.seq, 'userId', a.user_id, 'username', au.username,
      'content', left(a.content, 300), 'deletedAt', a.deleted_at) as answered
    from chat_messages a join users au on au.id = a.user_id where a.id = m.reply_to_id) as answered on m.reply_to_id is not null
  left join lateral (
    select jsonb_agg(jsonb_build_object('emoji', e.emoji, 'count', e.count, 'userIds', e.ids) order by e.since) as reactions
    from (
      select emoji, count(*) as count, array_agg(user_id order by change) as ids, min(since) as since
      from chat_reactions where message_id = m.id group by emoji) as e) as given on m.change is not null`;

/**
 * The message, or what is left of one that was cleared away: in one statement, so that it is not missed on its way from
 * one table to the other. Reads `chat_messages_client_id_key` and the primary key of `chat_cleared_ids`. CH3, CC2
 */
export async function findByClientId(db: Queries, userId: number, clientMessageId: string): Promise<ChatRow | undefined> {
  const { rows } = await messages(sql`(
    select id, room_id, seq, user_id, content, playback_position_seconds, client_message_id, created_at, edited_at, deleted_at,
      change, mentions, reply_to_id, reply_to_seq
    from chat_messages where user_id = ${userId} and client_message_id = ${clientMessageId}
    union all
    select id, room_id, seq, user_id, '', null, client_message_id, created_at, null, cleared_at, null, '[]', null, null
    from chat_cleared_ids where user_id = ${userId} and client_message_id = ${clientMessageId}) as m`).execute(db);
  return rows[0];
}

export async function find(db: Queries, id: string): Promise<ChatRow> {
  const { rows } = await messages(sql`(select * from chat_messages where id = ${id}) as m`).execute(db);
  return rows[0]!;
}

export interface SeqWindow {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

/** Ascending by seq; reads `chat_messages_room_seq_key` from whichever end is nearer. CH4 */
export async function list(db: Queries, roomId: number, { before, after, limit }: SeqWindow): Promise<ChatRow[]> {
  const window = after === undefined
    ? sql`and seq < ${before ?? Number.MAX_SAFE_INTEGER} order by seq desc`
    : sql`and seq > ${after} order by seq`;
  const source = sql`(select * from chat_messages where room_id = ${roomId} ${window} limit ${limit}) as m`;
  const { rows } = await sql<ChatRow>`${messages(source)} order by m.seq`.execute(db);
  return rows;
}

/** Those that changed after the one numbered `after`, ascending; reads `chat_messages_change_idx`. CH8 */
export async function listChanged(db: Queries, roomId: number, after: number, limit: number): Promise<ChatRow[]> {
  const source = sql`(
    select * from chat_messages where room_id = ${roomId} and change > ${after} order by change limit ${limit}) as m`;
  const { rows } = await sql<ChatRow>`${messages(source)} order by m.change`.execute(db);
  return rows;
}

/** The number of the room's latest change. */
export async function lastChange(db: Queries, roomId: number): Promise<number> {
  const row = await db.selectFrom('chat_counters').select('last_change').where('room_id', '=', roomId).executeTakeFirst();
  return row?.last_change ?? 0;
}

/** Locks the room's counters, then the message, until the transaction ends: changes of a chat wait for each other here. */
export async function lock(tx: Tx, roomId: number, id: string): Promise<ChatRow | undefined> {
  await tx.selectFrom('chat_counters').select('room_id').where('room_id', '=', roomId).forUpdate().executeTakeFirst();
  await tx.selectFrom('chat_messages').select('id').where('id', '=', id).where('room_id', '=', roomId).forUpdate().executeTakeFirst();
  const { rows } = await messages(sql`(select * from chat_messages where id = ${id} and room_id = ${roomId}) as m`).execute(tx);
  return rows[0];
}

/** Under the locks of `lock`: numbers the room's next change, and makes it the message's. CH8 */
const numbered = (roomId: number) => sql`
  number as (update chat_counters set last_change = last_change + 1 where room_id = ${roomId} returning last_change)`;

interface Edit {
  readonly content: string;
  readonly mentions: readonly object[];
  readonly now: Date;
}

/** Answers the number of the change. */
export async function edit(tx: Tx, { id, room_id }: ChatRow, { content, mentions, now }: Edit): Promise<number> {
  const { rows } = await sql<{ change: number }>`
    with ${numbered(room_id)}
    update chat_messages set content = ${content}, mentions = ${JSON.stringify(mentions)}::jsonb, edited_at = ${now}, change = last_change
    from number where id = ${id} returning change
  `.execute(tx);
  return rows[0]!.change;
}

/** With its text go those whom it names and the reactions. Answers the number of the change. */
export async function erase(tx: Tx, { id, room_id }: ChatRow, now: Date): Promise<number> {
  const { rows } = await sql<{ change: number }>`
    with ${numbered(room_id)},
    taken as (delete from chat_reactions where message_id = ${id})
    update chat_messages set content = '', mentions = '[]', deleted_at = ${now}, change = last_change
    from number where id = ${id} returning change
  `.execute(tx);
  return rows[0]!.change;
}

/** Under the locks of `lock`; the person has not given it. */
export async function addReaction(tx: Tx, { id, room_id }: ChatRow, { userId, emoji }: Reaction): Promise<void> {
  await sql`
    with ${numbered(room_id)},
    given as (
      insert into chat_reactions (message_id, user_id, emoji, change, since)
      select ${id}::uuid, ${userId}::int, ${emoji}::text, last_change, coalesce(
        (select min(since) from chat_reactions where message_id = ${id} and emoji = ${emoji}), last_change)
      from number)
    update chat_messages set change = last_change from number where id = ${id}
  `.execute(tx);
}

/** The same, taken back. */
export async function removeReaction(tx: Tx, { id, room_id }: ChatRow, { userId, emoji }: Reaction): Promise<void> {
  await sql`
    with ${numbered(room_id)},
    taken as (delete from chat_reactions where message_id = ${id} and user_id = ${userId} and emoji = ${emoji})
    update chat_messages set change = last_change from number where id = ${id}
  `.execute(tx);
}

interface Reaction {
  readonly userId: number;
  readonly emoji: string;
}
