import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';

/**
 * Closes up to `limit` rooms after `afterId`, in order of id, in which nothing has happened since `before`. One pass
 * over the rooms by their primary key: an index on `last_activity_at` would cost every command of every room. A room
 * that somebody holds is in use, and left out.
 */
export async function closeInactive(
  tx: Tx, { afterId, before, now, limit }: { readonly afterId: number; readonly before: Date; readonly now: Date; readonly limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with idle as (
      select r.id from rooms r
      where r.id > ${afterId} and r.is_active and r.last_activity_at < ${before} and coalesce(
        (select max(p.last_seen_at) from room_participants p where p.room_id = r.id), '-infinity') < ${before}
      order by r.id limit ${limit} for no key update skip locked)
    update rooms r set is_active = false, updated_at = ${now} from idle where r.id = idle.id returning r.id
  `.execute(tx);
  return rows.map(({ id }) => id);
}

/** The rooms after `afterId` of the next `limit` people who were not seen since `before`, in order of id. Locks nothing. */
export async function roomsOfAbsent(
  db: Queries, { afterId, before, limit }: { readonly afterId: number; readonly before: Date; readonly limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct room_id as id from (
      select room_id from room_participants where room_id > ${afterId} and last_seen_at < ${before} order by room_id limit ${limit}
    ) as absent order by id
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** Locks, in order of id, those of the rooms that nobody holds. */
export async function lockFree(tx: Tx, ids: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from rooms where id = any(${ids}::int[]) order by id for no key update skip locked
  `.execute(tx);
  return rows.map(({ id }) => id);
}

/** Under the rooms' locks: takes out who was not seen since `before`. Answers whom, of each room. */
export async function removeAbsent(tx: Tx, ids: readonly number[], before: Date): Promise<{ id: number; removed: number[] }[]> {
  const { rows } = await sql<{ id: number; removed: number[] }>`
    with gone as (
      delete from room_participants where room_id = any(${ids}::int[]) and last_seen_at < ${before} returning room_id, user_id),
    counted as (select room_id, array_agg(user_id) as removed from gone group by room_id)
    update rooms r set participant_count = r.participant_count - cardinality(counted.removed)
    from counted where r.id = counted.room_id returning r.id, counted.removed
  `.execute(tx);
  return rows;
}
