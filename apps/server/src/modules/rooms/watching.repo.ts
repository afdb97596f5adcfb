import { sql } from 'kysely';
import type { Tx } from '../../db/index.ts';

/**
 * Until when what these people have watched is counted, held until the transaction ends, in order of their ids; null:
 * never yet. Who is gone or a guest is left out.
 */
export async function lockCounted(tx: Tx, userIds: readonly number[]): Promise<Map<number, Date | null>> {
  await sql`
    insert into watched_until (user_id, until)
    select id, '-infinity' from users where id = any(${userIds}::int[]) and guest_of is null order by id
    on conflict do nothing
  `.execute(tx);
  const { rows } = await sql<{ user_id: number; until: Date | null }>`
    select user_id, nullif(until, '-infinity') as until from watched_until
    where user_id = any(${userIds}::int[]) order by user_id for update
  `.execute(tx);
  return new Map(rows.map(({ user_id, until }) => [user_id, until]));
}

/** How long films are, where that is known. */
export async function durations(tx: Tx, movieIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.selectFrom('movies').select(['id', 'duration_seconds'])
    .where(sql<boolean>`id = any(${movieIds}::int[])`).where('duration_seconds', 'is not', null).execute();
  return new Map(rows.map(({ id, duration_seconds: seconds }) => [id, seconds!]));
}

export interface WatchedDay {
  readonly userId: number;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly ms: number;
}

/** Adds to the days, and says until when these people are counted. */
export async function addWatched(tx: Tx, days: readonly WatchedDay[], until: ReadonlyMap<number, Date>): Promise<void> {
  await sql`
    insert into person_days as d (user_id, day, watched_ms)
    select g.user_id, g.day, g.ms from unnest(
      ${days.map(({ userId }) => userId)}::int[], ${days.map(({ day }) => day)}::date[], ${days.map(({ ms }) => ms)}::bigint[]
    ) as g (user_id, day, ms)
    order by 1, 2
    on conflict (user_id, day) do update set watched_ms = d.watched_ms + excluded.watched_ms
  `.execute(tx);
  await sql`
    update watched_until w set until = g.until
    from unnest(${[...until.keys()]}::int[], ${[...until.values()]}::timestamptz[]) as g (user_id, until)
    where w.user_id = g.user_id
  `.execute(tx);
}

/** These people have come into a room; each once for each time. RD4 */
export async function recordJoins(tx: Tx, userIds: readonly number[], now: Date): Promise<void> {
  await sql`
    insert into person_days as d (user_id, day, joins)
    select id, (${now}::timestamptz at time zone 'UTC')::date, 1 from unnest(${userIds}::int[]) as g (id) order by id
    on conflict (user_id, day) do update set joins = d.joins + excluded.joins
  `.execute(tx);
}
