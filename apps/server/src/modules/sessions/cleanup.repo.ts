import { sql } from 'kysely';
import type { Tx } from '../../db/index.ts';

/** Removes up to `limit` sessions that ended before `now`, the longest ended first; reads `sessions_expires_at_idx`. */
export async function removeExpired(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from sessions where id in (
      select id from sessions where expires_at <= ${now} order by expires_at limit ${limit} for update skip locked)
    returning id
  `.execute(tx);
  return rows.map(({ id }) => id);
}
