import { CompiledQuery, sql } from 'kysely';
import type { Queries, Statement, Tx } from '../db/index.ts';

export interface JobRow {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly payload: unknown;
}

/**
 * With the transaction of the change that needs them, in one statement with what else it inserts. As arrays, which
 * PostgreSQL takes in a quarter less time than one JSON.
 */
export async function insert(
  tx: Tx, jobs: readonly (JobRow & { readonly delayMs: number | null })[], beside: Statement | undefined,
): Promise<void> {
  const first = beside === undefined ? sql`` : sql`with beside as (${beside})`;
  await sql`
    ${first}
    insert into jobs (id, queue, name, payload, run_at)
    select id, queue, name, payload, clock_timestamp() + delay_ms * interval '1 millisecond'
    from unnest(
      ${jobs.map(({ id }) => id)}::uuid[],
      ${jobs.map(({ queue }) => queue)}::text[],
      ${jobs.map(({ name }) => name)}::text[],
      ${jobs.map(({ payload }) => JSON.stringify(payload))}::jsonb[],
      ${jobs.map(({ delayMs }) => delayMs)}::float8[]
    ) as j (id, queue, name, payload, delay_ms)
  `.execute(tx);
}

/** In the handler's own transaction. Of two tries at once the second waits here for the first. False: recorded before. */
export async function markDone(tx: Tx, id: string): Promise<boolean> {
  const result = await sql`
    update jobs set done_at = clock_timestamp() where id = ${id}::uuid and done_at is null
  `.execute(tx);
  return result.numAffectedRows === 1n;
}

/**
 * Removes and counts the done, each job once, and finds those of `openIds` whose effect is not recorded, failed ones
 * among them. One statement: running jobs ask all the time. Reads the primary key; locks `job_totals` in the order of
 * its queues, so that nodes wait for one another and never in a circle.
 */
export async function exchange(
  db: Queries, doneIds: readonly string[], openIds: readonly string[],
): Promise<Pick<JobRow, 'id' | 'payload'>[]> {
  const { rows } = await db.executeQuery<Pick<JobRow, 'id' | 'payload'>>(CompiledQuery.raw(EXCHANGE, [doneIds, openIds]));
  return rows;
}

// Compiled once: building it each time took as long as all else that is done here for a job.
const EXCHANGE = `
  with gone as (delete from jobs where id = any($1::uuid[]) returning queue),
  counted as (
    insert into job_totals as t (queue, completed) select queue, count(*) from gone group by queue order by queue
    on conflict (queue) do update set completed = t.completed + excluded.completed)
  select id, payload from jobs where id = any($2::uuid[]) and done_at is null`;

export async function fail(db: Queries, id: string, error: string): Promise<void> {
  await sql`
    with failed as (
      update jobs set failed_at = clock_timestamp(), last_error = ${error}
      where id = ${id}::uuid and done_at is null and failed_at is null returning queue)
    insert into job_totals as t (queue, failed) select queue, 1 from failed
    on conflict (queue) do update set failed = t.failed + 1
  `.execute(db);
}

export interface QueueFigures {
  readonly queue: string;
  readonly completed: number;
  readonly failed: number;
  /** Neither done nor failed for good. */
  readonly open: number;
  /** Age of the oldest open one that is due; 0 when there is none. */
  readonly oldestSeconds: number;
}

/** Reads all of `jobs`, which holds what is left to do and what has failed. */
export async function figures(db: Queries): Promise<QueueFigures[]> {
  const { rows } = await sql<QueueFigures>`
    with of_jobs as (
      select queue,
        count(*) filter (where done_at is not null) as done,
        count(*) filter (where done_at is null and failed_at is null) as open,
        min(coalesce(run_at, created_at)) filter (
          where done_at is null and failed_at is null and coalesce(run_at, created_at) <= clock_timestamp()) as oldest
      from jobs group by queue)
    select queue, (coalesce(t.completed, 0) + coalesce(j.done, 0))::float8 as completed,
      coalesce(t.failed, 0)::float8 as failed, coalesce(j.open, 0)::float8 as open,
      coalesce(extract(epoch from clock_timestamp() - j.oldest), 0)::float8 as "oldestSeconds"
    from of_jobs j full join job_totals t using (queue)
  `.execute(db);
  return rows;
}

export interface FailedRow extends JobRow {
  readonly error: string;
  readonly createdAt: Date;
  readonly failedAt: Date;
}

/** The latest first. Reads `jobs_failed_idx`. */
export async function failed(db: Queries, queue: string | undefined, limit: number, offset = 0): Promise<FailedRow[]> {
  const { rows } = await sql<FailedRow>`
    select id, queue, name, payload, last_error as error, created_at as "createdAt", failed_at as "failedAt"
    from jobs
    where failed_at is not null and done_at is null and (${queue ?? null}::text is null or queue = ${queue ?? null}::text)
    order by failed_at desc, id desc
    limit ${limit} offset ${offset}
  `.execute(db);
  return rows;
}

export async function countFailed(db: Queries, queue: string | undefined): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*)::int as total from jobs
    where failed_at is not null and done_at is null and (${queue ?? null}::text is null or queue = ${queue ?? null}::text)
  `.execute(db);
  return rows[0]!.total;
}

/** Takes the mark of failure away; undefined when there was none. */
export async function takeUpFailed(db: Queries, id: string): Promise<JobRow | undefined> {
  const { rows } = await sql<JobRow>`
    update jobs set failed_at = null, last_error = null
    where id = ${id}::uuid and failed_at is not null and done_at is null
    returning id, queue, name, payload
  `.execute(db);
  return rows[0];
}

export interface OpenRow extends JobRow {
  readonly delayMs: number;
}

/** Open jobs in the order of their ids, `limit` after `afterId`. Reads the primary key. */
export async function openAfter(db: Queries, afterId: string, limit: number): Promise<OpenRow[]> {
  const { rows } = await sql<OpenRow>`
    select id, queue, name, payload,
      greatest(0, coalesce(extract(epoch from run_at - clock_timestamp()) * 1000, 0))::float8 as "delayMs"
    from jobs
    where id > ${afterId}::uuid and done_at is null and failed_at is null
    order by id
    limit ${limit}
  `.execute(db);
  return rows;
}

/** Those of these ids that are open. Reads the primary key. */
export async function openAmong(db: Queries, ids: readonly string[]): Promise<OpenRow[]> {
  const { rows } = await sql<OpenRow>`
    select id, queue, name, payload,
      greatest(0, coalesce(extract(epoch from run_at - clock_timestamp()) * 1000, 0))::float8 as "delayMs"
    from jobs
    where id = any(${ids}::uuid[]) and done_at is null and failed_at is null
  `.execute(db);
  return rows;
}

export async function lossMark(db: Queries): Promise<string | undefined> {
  const { rows } = await sql<{ mark: string }>`select loss_mark as mark from job_store`.execute(db);
  return rows[0]?.mark;
}

export async function setLossMark(db: Queries, mark: string): Promise<void> {
  await sql`
    insert into job_store (loss_mark) values (${mark})
    on conflict (only_one) do update set loss_mark = excluded.loss_mark
  `.execute(db);
}

/** False: this firing has been seen to. */
export async function takeFiring(tx: Tx, name: string, firing: string): Promise<boolean> {
  const { rows } = await sql`
    insert into job_schedules as s (name, last_firing) values (${name}, ${firing})
    on conflict (name) do update set last_firing = excluded.last_firing where s.last_firing <> excluded.last_firing
    returning 1
  `.execute(tx);
  return rows.length > 0;
}

/** Recorded as done by a process that was killed before it could count them. */
export async function leftDone(db: Queries, olderThanMs: number, limit: number): Promise<Pick<JobRow, 'id'>[]> {
  const { rows } = await sql<Pick<JobRow, 'id'>>`
    select id from jobs where done_at < clock_timestamp() - ${olderThanMs}::float8 * interval '1 millisecond' limit ${limit}
  `.execute(db);
  return rows;
}

/** Says that these jobs run, now. In the order of their ids: two nodes that are both sure may name the same one. */
export async function sayRunning(db: Queries, ids: readonly string[]): Promise<void> {
  await sql`
    insert into job_runs as r (id, beat_at) select id, clock_timestamp() from unnest(${ids}::uuid[]) as j (id) order by id
    on conflict (id) do update set beat_at = excluded.beat_at
  `.execute(db);
}

/** Those of which that was said within the last `withinMs`. */
export async function saidRunning(db: Queries, ids: readonly string[], withinMs: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from job_runs
    where id = any(${ids}::uuid[]) and beat_at > clock_timestamp() - ${withinMs}::float8 * interval '1 millisecond'
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** What was said so long ago that nobody asks for it. */
export async function forgetRuns(db: Queries, olderThanMs: number): Promise<number> {
  const result = await sql`
    delete from job_runs where beat_at < clock_timestamp() - ${olderThanMs}::float8 * interval '1 millisecond'
  `.execute(db);
  return Number(result.numAffectedRows ?? 0);
}

/** Failed ones of this name that have been kept long enough. */
export async function removeFailed(db: Queries, name: string, olderThanSeconds: number): Promise<number> {
  const result = await sql`
    delete from jobs
    where name = ${name} and failed_at < clock_timestamp() - ${olderThanSeconds}::float8 * interval '1 second'
  `.execute(db);
  return Number(result.numAffectedRows ?? 0);
}
