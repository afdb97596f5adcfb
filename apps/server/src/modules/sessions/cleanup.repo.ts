import { sql } from 'kysely';
import type { Tx } from '../../db/index.ts';

/**
 * Removes up to `limit` sessions that have ended or expired before `now`, and counts them into their days. Reads
 * `sessions_expires_at_idx` and `sessions_ended_at_idx`; leaves out what somebody holds at the moment.
 */
export async function removeExpired(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with gone as (
      delete from sessions where id in (
        select id from sessions where expires_at <= ${now} or ended_at <= ${now} limit ${limit} for update skip locked)
      returning id, created_at, expires_at, ended_at, ended_by
    ), days as (
      select (created_at at time zone 'UTC')::date as day, 1 as created, 0 as signed_out, 0 as revoked from gone
      union all
      select (ended_at at time zone 'UTC')::date, 0, (ended_by = 'sign-out')::integer, (ended_by <> 'sign-out')::integer
      from gone where ended_at < expires_at
    ), counted as (
      insert into session_days (day, created, signed_out, revoked)
      select day, sum(created), sum(signed_out), sum(revoked) from days group by day order by day
      on conflict (day) do update set
        created = session_days.created + excluded.created,
        signed_out = session_days.signed_out + excluded.signed_out,
        revoked = session_days.revoked + excluded.revoked
    )
    select id from gone
  `.execute(tx);
  return rows.map(({ id }) => id);
}
