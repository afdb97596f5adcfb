import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';
import type { Pair } from './pair.ts';

export interface MessageRow extends Selectable<Tables['direct_messages']> {
  /** What it answers; null: nothing. */
  readonly answered: {
    readonly id: string; readonly seq: number; readonly senderId: number; readonly content: string; readonly hasImage: boolean;
    /** JSON's time. */
    readonly deletedAt: string | null;
  } | null;
  readonly reactions: readonly object[] | null;
}

/**
 * A named read model: `source` gives rows of `direct_messages` as `m`; for each the message that it answers and its
 * reactions are looked up by their primary keys.
 */
const messages = (source: RawBuilder<unknown>) => sql<MessageRow>`
  select m.*, answered.answered, given.reactions
  from ${source}
  left join lateral (
    select jsonb_build_object('id', a.id, 'seq', a.seq, 'senderId', a.sender_id, 'content', left(a.content, 300),
      'hasImage', a.image_url is not null, 'deletedAt', a.deleted_at) as answered
    from direct_messages a where a.id = m.reply_to_id) as answered on m.reply_to_id is not null
  left join lateral (
    select jsonb_agg(jsonb_build_object('emoji', e.emoji, 'count', e.count, 'userIds', e.ids) order by e.since) as reactions
    from (
      select emoji, count(*) as count, array_agg(user_id order by change) as ids, min(since) as since
      from message_reactions where m.change is not null and message_id = m.id group by emoji) as e) as given on true`;

const ofPair = ({ lowerId, higherId }: Pair) => sql`lower_id = ${lowerId} and higher_id = ${higherId}`;

export interface SeqWindow {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

/** Ascending by seq; reads `direct_messages_seq_key` from whichever end is nearer. DM4 */
export async function list(db: Queries, pair: Pair, { before, after, limit }: SeqWindow): Promise<MessageRow[]> {
  const window = after === undefined
    ? sql`and seq < ${before ?? Number.MAX_SAFE_INTEGER} order by seq desc`
    : sql`and seq > ${after} order by seq`;
  const source = sql`(select * from direct_messages where ${ofPair(pair)} ${window} limit ${limit}) as m`;
  const { rows } = await sql<MessageRow>`${messages(source)} order by m.seq`.execute(db);
  return rows;
}

/** The newest of each of these conversations, ascending by seq. */
export async function listNewest(db: Queries, pairs: readonly Pair[], limit: number): Promise<MessageRow[]> {
  const source = sql`
    unnest(${pairs.map(({ lowerId }) => lowerId)}::int[], ${pairs.map(({ higherId }) => higherId)}::int[]) as p (lower_id, higher_id)
    cross join lateral (
      select * from direct_messages d where d.lower_id = p.lower_id and d.higher_id = p.higher_id
      order by d.seq desc limit ${limit}) as m`;
  const { rows } = await sql<MessageRow>`${messages(source)} order by m.lower_id, m.higher_id, m.seq`.execute(db);
  return rows;
}

export async function findMany(db: Queries, ids: readonly string[]): Promise<MessageRow[]> {
  const { rows } = await messages(sql`(select * from direct_messages where id = any(${ids}::uuid[])) as m`).execute(db);
  return rows;
}

/** Reads `direct_messages_client_id_key`. DM3 */
export async function findByClientId(db: Queries, senderId: number, clientMessageId: string): Promise<MessageRow | undefined> {
  const { rows } = await messages(sql`(
    select * from direct_messages where sender_id = ${senderId} and client_message_id = ${clientMessageId}) as m`).execute(db);
  return rows[0];
}

/** Those of these ids that are not there. */
export async function missing(db: Queries, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${ids}::uuid[]) as h (id) where not exists (select from direct_messages m where m.id = h.id)`.execute(db);
  return rows.map(({ id }) => id);
}

/** Those that changed after the one numbered `after`, ascending; reads `direct_messages_change_idx`. DM6 */
export async function listChanged(db: Queries, pair: Pair, after: number, limit: number): Promise<MessageRow[]> {
  const source = sql`(
    select * from direct_messages where ${ofPair(pair)} and change > ${after} order by change limit ${limit}) as m`;
  const { rows } = await sql<MessageRow>`${messages(source)} order by m.change`.execute(db);
  return rows;
}

/**
 * Of one person's conversations, or of the one with `peerId`, the messages that have words beginning with all of `text`'s;
 * the latest first. Reads `direct_messages_words_idx`. DM11
 */
export async function search(
  db: Queries, userId: number, { text, peerId, before, limit }: {
    readonly text: string; readonly peerId?: number | undefined; readonly before?: string | undefined; readonly limit: number;
  },
): Promise<MessageRow[]> {
  const people = [userId, ...(peerId === undefined ? [] : [peerId])].map((id) => `'#${id}'`).join(' & ');
  const { rows: [words] } = await sql<{ wanted: string | null }>`
    select string_agg(quote_literal(lexeme) || ':*', ' & ') as wanted from unnest(message_words(${text}))`.execute(db);
  if (words?.wanted === null || words === undefined) return [];
  // By the index in any case: walking backwards through everybody's messages may look cheaper, and is not.
  const source = sql`(
    with found as materialized (
      select id from direct_messages
      where content <> '' and (message_words(content) || array_to_tsvector(array['#' || lower_id, '#' || higher_id]))
        @@ ${`${words.wanted} & ${people}`}::tsquery)
    select d.* from found join direct_messages d using (id)
    where id < ${before ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'}::uuid
    order by id desc limit ${limit}) as m`;
  const { rows } = await sql<MessageRow>`${messages(source)} order by m.id desc`.execute(db);
  return rows;
}

/** Locks the conversation, then reads the message: changes of a conversation wait for each other here. */
export async function lock(tx: Tx, pair: Pair, id: string): Promise<MessageRow | undefined> {
  await sql`select from conversations where ${ofPair(pair)} for update`.execute(tx);
  const { rows } = await messages(sql`(select * from direct_messages where id = ${id} and ${ofPair(pair)}) as m`).execute(tx);
  return rows[0];
}

/** Under the lock of `lock`: numbers the conversation's next change. DM6 */
const numbered = ({ lower_id, higher_id }: MessageRow) => sql`
  number as (
    update conversations set last_change = last_change + 1 where lower_id = ${lower_id} and higher_id = ${higher_id}
    returning last_change)`;

/** Answers the number of the change. */
export async function edit(tx: Tx, row: MessageRow, content: string, now: Date): Promise<number> {
  const { rows } = await sql<{ change: number }>`
    with ${numbered(row)}
    update direct_messages set content = ${content}, edited_at = ${now}, change = last_change
    from number where id = ${row.id} returning change
  `.execute(tx);
  return rows[0]!.change;
}

/** Answers the number of the change. */
export async function setThumbnail(tx: Tx, row: MessageRow, url: string): Promise<number> {
  const { rows } = await sql<{ change: number }>`
    with ${numbered(row)}
    update direct_messages set thumbnail_url = ${url}, change = last_change from number where id = ${row.id} returning change
  `.execute(tx);
  return rows[0]!.change;
}

/** With what it said go its picture and the reactions. Answers the number of the change. */
export async function erase(tx: Tx, row: MessageRow, now: Date): Promise<number> {
  const { rows } = await sql<{ change: number }>`
    with ${numbered(row)},
    taken as (delete from message_reactions where message_id = ${row.id})
    update direct_messages
    set content = '', image_url = null, public_id = null, thumbnail_url = null, deleted_at = ${now}, change = last_change
    from number where id = ${row.id} returning change
  `.execute(tx);
  return rows[0]!.change;
}

interface Reaction {
  readonly userId: number;
  readonly emoji: string;
}

/** Under the lock of `lock`; the person has not given it. */
export async function addReaction(tx: Tx, row: MessageRow, { userId, emoji }: Reaction): Promise<void> {
  await sql`
    with ${numbered(row)},
    given as (
      insert into message_reactions (message_id, user_id, emoji, change, since)
      select ${row.id}::uuid, ${userId}::int, ${emoji}::text, last_change, coalesce(
        (select min(since) from message_reactions where message_id = ${row.id} and emoji = ${emoji}), last_change)
      from number)
    update direct_messages set change = last_change from number where id = ${row.id}
  `.execute(tx);
}

/** The same, taken back. */
export async function removeReaction(tx: Tx, row: MessageRow, { userId, emoji }: Reaction): Promise<void> {
  await sql`
    with ${numbered(row)},
    taken as (delete from message_reactions where message_id = ${row.id} and user_id = ${userId} and emoji = ${emoji})
    update direct_messages set change = last_change from number where id = ${row.id}
  `.execute(tx);
}
