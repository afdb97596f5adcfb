import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';

/**
 * The next `limit` rooms after `afterRoomId`, in order of id, whose first message is older than `before`. One look at
 * `chat_messages_room_seq_key` for each room; locks nothing.
 */
export async function roomsWithOld(
  db: Queries, { afterRoomId, before, limit }: { readonly afterRoomId: number; readonly before: Date; readonly limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ room_id: number }>`
    select c.room_id from chat_counters c
    where c.room_id > ${afterRoomId} and (
      select m.created_at from chat_messages m where m.room_id = c.room_id order by m.seq limit 1) < ${before}
    order by c.room_id limit ${limit}
  `.execute(db);
  return rows.map((row) => row.room_id);
}

/**
 * Removes of each room up to `ofEach` messages from its beginning, up to the first that is not older than `before`, so
 * that what stays has no gap. What their senders may send again is kept, and how many messages of whom and which day went.
 * Answers how many of each room.
 */
export async function removeOld(
  tx: Tx, { roomIds, before, now, ofEach }:
    { readonly roomIds: readonly number[]; readonly before: Date; readonly now: Date; readonly ofEach: number },
): Promise<{ roomId: number; removed: number }[]> {
  const { rows } = await sql<{ roomId: number; removed: number }>`
    with first as (
      select m.id, m.room_id, m.seq, bool_and(m.created_at < ${before}) over (partition by m.room_id order by m.seq) as old
      from unnest(${roomIds}::int[]) as r (id)
      cross join lateral (
        select id, room_id, seq, created_at from chat_messages where room_id = r.id order by seq limit ${ofEach}) as m),
    held as (
      select id from chat_messages where id in (select id from first where old) order by room_id, seq for update),
    gone as (
      delete from chat_messages where id in (select id from held)
      returning id, room_id, seq, user_id, client_message_id, created_at, deleted_at),
    counted as (
      insert into chat_author_days as d (user_id, day, messages)
      select user_id, (created_at at time zone 'UTC')::date, count(*) from gone where deleted_at is null group by 1, 2 order by 1, 2
      on conflict (user_id, day) do update set messages = d.messages + excluded.messages),
    kept as (
      insert into chat_cleared_ids (user_id, client_message_id, id, room_id, seq, created_at, cleared_at)
      select user_id, client_message_id, id, room_id, seq, created_at, ${now}::timestamptz from gone
      where client_message_id is not null)
    select room_id as "roomId", count(*)::int as removed from gone group by room_id
  `.execute(tx);
  return rows;
}
