import { type RawBuilder, sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';
import type { EventRow } from './events.repo.ts';
import type { Move } from './tally.ts';

/**
 * How popularity fades: an answer counts half as much a day later. What has been given is never touched again: instead,
 * newer answers weigh more, 2 ^ (half-lives since the epoch). The sum is kept as its binary logarithm, which grows by one
 * a day and never overflows. ED7
 */
export const HALF_LIFE_MS = 86_400_000;
export const EPOCH_MS = Date.UTC(2020, 0, 1);
/** Who waits for a seat wants to come as much as who has one. */
export const WEIGHTS = { going: 3, waitlisted: 3, interested: 1, declined: 0 } as const;

const weightOf = (status: RawBuilder<unknown>) => sql`
  case ${status} when 'going' then ${WEIGHTS.going}::float8 when 'waitlisted' then ${WEIGHTS.waitlisted}::float8
    when 'interested' then ${WEIGHTS.interested}::float8 else 0 end`;
/** In half-lives since the epoch. */
const ageOf = (time: RawBuilder<unknown>) => sql`(extract(epoch from ${time})::float8 * 1000 - ${EPOCH_MS}::float8) / ${HALF_LIFE_MS}::float8`;
/** 2 ^ x, which PostgreSQL refuses to round to 0. */
const power = (x: RawBuilder<unknown>) => sql`power(2::float8, greatest(${x}, -1000))`;
/** Less than any single answer amounts to beside the largest sums there are: what rounding leaves of nothing. */
const NOTHING = sql`1e-11::float8`;
const logarithm = (x: RawBuilder<unknown>) => sql`case when ${x} > ${NOTHING} then ln(${x}) / ln(2::float8) else '-infinity'::float8 end`;

/** Who is listed at all. */
const listed = sql`e.visibility = 'public' and e.cancelled_at is null`;

/**
 * Moves people's weights, each counted once and at the time of their first answer: before the answers themselves are
 * written, for it reads what they were, and under the events' locks. One statement for however many. ED6, ED7
 */
export async function move(tx: Tx, moves: readonly Move[], now: Date): Promise<void> {
  await sql`
    with votes as (
      select m.event_id, ${ageOf(sql`coalesce(r.created_at, ${now}::timestamptz)`)} as age,
        ${weightOf(sql`m.after`)} - ${weightOf(sql`m.before`)} as weight
      from unnest(
        ${moves.map(({ eventId }) => eventId)}::int[], ${moves.map(({ userId }) => userId)}::int[],
        ${moves.map(({ before }) => before)}::text[], ${moves.map(({ after }) => after)}::text[]) as m (event_id, user_id, before, after)
      left join rsvps r on r.event_id = m.event_id and r.user_id = m.user_id),
    peaks as (select event_id, max(age) as peak from votes where weight <> 0 group by event_id),
    changes as (
      select p.event_id, p.peak, sum(v.weight * ${power(sql`v.age - p.peak`)}) as change
      from peaks p join votes v on v.event_id = p.event_id group by p.event_id, p.peak),
    changed as (
      update event_trends t set score = s.base + ${logarithm(sql`s.total`)}
      from changes c, lateral (select greatest(c.peak, old.score) as base, old.score from event_trends old where old.event_id = c.event_id) as b,
        lateral (select b.base, ${power(sql`b.score - b.base`)} + c.change * ${power(sql`c.peak - b.base`)} as total) as s
      where t.event_id = c.event_id
      returning t.event_id)
    insert into event_trends (event_id, region, over_at, score)
    select e.id, e.region, e.over_at, c.peak + ${logarithm(sql`c.change`)}
    from changes c join events e on e.id = c.event_id
    where ${listed} and c.change > 0 and not exists (select from changed d where d.event_id = e.id)`.execute(tx);
}

/** Reckons events anew from all their answers, after they themselves have changed: where, until when, whether at all. */
export async function renew(tx: Tx, eventIds: readonly number[], now: Date): Promise<void> {
  await tx.deleteFrom('event_trends').where('event_id', 'in', eventIds).execute();
  await sql`
    with votes as (
      select event_id, ${ageOf(sql`created_at`)} as age, ${weightOf(sql`status`)} as weight
      from rsvps where event_id = any(${eventIds}::int[]) and status <> 'declined'),
    peaks as (select event_id, max(age) as peak from votes group by event_id)
    insert into event_trends (event_id, region, over_at, score)
    select e.id, e.region, e.over_at, p.peak + ${logarithm(sql`sum(v.weight * ${power(sql`v.age - p.peak`)})`)}
    from events e join peaks p on p.event_id = e.id join votes v on v.event_id = e.id
    where ${listed} and e.over_at > ${now}::timestamptz
    group by e.id, p.peak`.execute(tx);
}

const shown = (now: Date) => sql`
  t.over_at > ${now}::timestamptz and t.score > '-infinity' and ${listed} and e.over_at > ${now}::timestamptz`;

/** The most popular of all; reads as many entries of `event_trends_score_idx` as are answered. ED8 */
export async function top(db: Queries, now: Date, limit: number): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select e.* from event_trends t join events e on e.id = t.event_id
    where ${shown(now)} order by t.score desc, t.event_id limit ${limit}`.execute(db);
  return rows;
}

/**
 * The most popular of some regions; reads as many entries of `event_trends_region_idx` for each, and twice as many events
 * as are answered: `renew` has taken off what is not to be shown, so that far fewer fall out. ED9
 */
export async function topOf(db: Queries, regions: readonly number[], now: Date, limit: number): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select e.*
    from (
      select best.*
      from unnest(${regions}::int[]) as r (region)
      cross join lateral (
        select t.event_id, t.score, t.over_at from event_trends t
        where t.region = r.region and t.over_at > ${now}::timestamptz order by t.score desc, t.event_id limit ${2 * limit}) as best
      order by best.score desc, best.event_id limit ${2 * limit}) as t
    join events e on e.id = t.event_id
    where ${shown(now)} order by t.score desc, t.event_id limit ${limit}`.execute(db);
  return rows;
}

/** Takes off what is over; those that somebody is changing now wait for the next time. Reads `event_trends_over_idx`. ED10 */
export async function removeOver(tx: Tx, now: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ event_id: number }>`
    delete from event_trends where event_id in (
      select event_id from event_trends where over_at <= ${now}::timestamptz order by over_at limit ${limit} for update skip locked)
    returning event_id`.execute(tx);
  return rows.length;
}
