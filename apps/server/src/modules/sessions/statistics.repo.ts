import { sql } from 'kysely';
import type { Queries } from '../../db/index.ts';

export interface Counts {
  readonly activeSessions: number;
  readonly activeUsers: number;
}


const open = (now: Date) => sql`ended_at is null and expires_at > ${now}`;

export async function countOpen(db: Queries, now: Date): Promise<Counts> {
  const { rows } = await sql<Counts>`
    select count(*)::integer as "activeSessions", count(distinct user_id)::integer as "activeUsers"
    from sessions where ${open(now)}`.execute(db);
  return rows[0]!;
}

export async function countOpenByKind(db: Queries, now: Date): Promise<{ device: string; os: string; sessions: number }[]> {
  const { rows } = await sql<{ device: string; os: string; sessions: number }>`
    select device, os, count(*)::integer as sessions from sessions where ${open(now)} group by device, os`.execute(db);
  return rows;
}

export interface Day {
  /** `2030-01-31`, UTC. */
  readonly date: string;
  readonly created: number;
  readonly signedOut: number;
  readonly revoked: number;
}

/** Each of the `days` up to today, in order: of the sessions that are still there, and of those that are removed. */
export async function countByDay(db: Queries, days: number, now: Date): Promise<Day[]> {
  const { rows } = await sql<Day>`
    with days as (
      select day::date from generate_series(
        (${now}::timestamptz at time zone 'UTC')::date - (${days}::integer - 1),
        (${now}::timestamptz at time zone 'UTC')::date, interval '1 day') as day
    ), counts as (
      select (created_at at time zone 'UTC')::date as day, 1 as created, 0 as signed_out, 0 as revoked from sessions
      union all
      select (ended_at at time zone 'UTC')::date, 0, (ended_by = 'sign-out')::integer, (ended_by <> 'sign-out')::integer
      from sessions where ended_at < expires_at
      union all
      select day, created, signed_out, revoked from session_days
    )
    select to_char(day, 'YYYY-MM-DD') as date, coalesce(sum(created), 0)::integer as created,
      coalesce(sum(signed_out), 0)::integer as "signedOut", coalesce(sum(revoked), 0)::integer as revoked
    from days left join counts using (day) group by day order by day`.execute(db);
  return rows;
}
