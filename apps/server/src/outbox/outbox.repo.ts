import { sql } from 'kysely';
import type { Queries, Statement, Tx } from '../db/index.ts';

export interface OutboxRow {
  readonly id: string;
  readonly kind: string;
  readonly key: string | null;
  readonly payload: object;
}

export interface ClaimedRow extends OutboxRow {
  readonly seq: number;
  readonly attempts: number;
}

export interface OutboxFigures {
  readonly pending: number;
  /** Age of the oldest row not yet applied; 0 when there is none. */
  readonly oldestSeconds: number;
  readonly failed: number;
}

/** One statement, whatever the number of rows; `ownershipMs` keeps relays away while the writer applies them itself. */
export const insertion = (rows: readonly OutboxRow[], ownershipMs: number): Statement =>
  sql`
    insert into outbox (id, kind, key, payload, available_at)
    select r.id, r.kind, r.key, r.payload, clock_timestamp() + ${ownershipMs}::float8 * interval '1 millisecond'
    from rows from (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as (id uuid, kind text, key text, payload jsonb))
      with ordinality as r (id, kind, key, payload, ordinality)
    order by r.ordinality
  `;

export async function insert(tx: Tx, statement: Statement): Promise<void> {
  await statement.execute(tx);
}

/**
 * Locks, until `tx` ends, rows of the given kinds that are due, the longest due first, up to `limit` of each kind, so
 * that a heap of one kind keeps no other waiting. Of rows with the same key only the first is eligible; the not-exists
 * reads `outbox_key_idx`, the rest `outbox_due_idx`. Rows that another node is applying are skipped, not waited for.
 */
export async function claimDue(tx: Tx, kinds: readonly string[], limit: number): Promise<ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    select due.* from unnest(${kinds}::text[]) as k (kind)
    cross join lateral (
      select o.id, o.seq, o.kind, o.key, o.payload, o.attempts
      from outbox o
      where o.kind = k.kind and o.failed_at is null and o.available_at <= statement_timestamp()
        and (o.key is null or not exists (
          select 1 from outbox e where e.key = o.key and e.seq < o.seq and e.failed_at is null))
      order by o.available_at
      limit ${limit}
      for update of o skip locked
    ) as due
  `.execute(tx);
  return rows;
}

/** The same for fresh rows without a key that this process has just committed. Reads the primary key. */
export async function claimOwn(tx: Tx, kinds: readonly string[], ids: readonly string[]): Promise<ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    select o.id, o.seq, o.kind, o.key, o.payload, o.attempts
    from outbox o
    where o.id = any(${ids}::uuid[]) and o.kind = any(${kinds}::text[])
      and o.key is null and o.failed_at is null and o.attempts = 0
    for update of o skip locked
  `.execute(tx);
  return rows;
}

/**
 * The same for the first row of each key, whoever committed it; one that has failed, only when it is due again.
 * The first is looked up before it is locked: with SKIP LOCKED alone the second would pass for the first.
 */
export async function claimHeads(tx: Tx, kinds: readonly string[], keys: readonly string[]): Promise<ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    select o.id, o.seq, o.kind, o.key, o.payload, o.attempts
    from outbox o
    where o.id in (
        select head.id from unnest(${keys}::text[]) as k (key)
        cross join lateral (
          select e.id from outbox e where e.key = k.key and e.failed_at is null order by e.seq limit 1) as head)
      and o.kind = any(${kinds}::text[]) and o.failed_at is null
      and (o.attempts = 0 or o.available_at <= statement_timestamp())
    for update of o skip locked
  `.execute(tx);
  return rows;
}

/** The rows that follow the claimed heads of their keys. Nobody else can hold them: they would need the heads. */
export async function claimFollowers(tx: Tx, heads: readonly ClaimedRow[], limit: number): Promise<ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    select o.id, o.seq, o.kind, o.key, o.payload, o.attempts
    from unnest(${heads.map((row) => row.key)}::text[], ${heads.map((row) => row.seq)}::bigint[]) as head (key, seq)
    join outbox o on o.key = head.key and o.seq > head.seq
    where o.failed_at is null
    order by o.seq
    limit ${limit}
    for update of o
  `.execute(tx);
  return rows;
}

/** The pool ends transactions that sit idle; this one waits for handlers, `ms` at most. */
export async function allowIdle(tx: Tx, ms: number): Promise<void> {
  await sql`select set_config('idle_in_transaction_session_timeout', ${String(ms)}, true)`.execute(tx);
}

/** Those of the ids that are neither applied nor set aside. */
export async function stillThere(db: Queries, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from outbox where id = any(${ids}::uuid[]) and failed_at is null
  `.execute(db);
  return rows.map((row) => row.id);
}

/** Gives fresh rows of one's own to whichever node can apply them, and wakes all relays. */
export async function release(db: Queries, ids: readonly string[]): Promise<void> {
  await sql`
    with released as (
      update outbox set available_at = clock_timestamp() where id = any(${ids}::uuid[]) and attempts = 0 returning id)
    select pg_notify('outbox', '') where exists (select 1 from released)
  `.execute(db);
}

export async function remove(db: Queries, ids: readonly string[]): Promise<void> {
  await sql`delete from outbox where id = any(${ids}::uuid[])`.execute(db);
}

export interface FailedTry {
  readonly id: string;
  readonly attempts: number;
  readonly error: string;
  readonly retryInMs: number;
  readonly setAside: boolean;
}

export async function recordFailures(tx: Tx, failures: readonly FailedTry[]): Promise<void> {
  await sql`
    update outbox o
    set attempts = f.attempts, last_error = f.error,
        available_at = clock_timestamp() + f."retryInMs" * interval '1 millisecond',
        failed_at = case when f."setAside" then clock_timestamp() end
    from jsonb_to_recordset(${JSON.stringify(failures)}::jsonb)
      as f (id uuid, attempts integer, error text, "retryInMs" float8, "setAside" boolean)
    where o.id = f.id
  `.execute(tx);
}

/** Whether a session of another process listens for the outbox of this database: every node holds one. */
export async function othersListen(db: Queries, ownProcessId: number | undefined): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select from pg_stat_activity
      where datname = current_database() and application_name = 'watchparty listen outbox'
        and pid is distinct from ${ownProcessId ?? null}::int) as found
  `.execute(db);
  return rows[0]!.found;
}

/** Wakes the relays of all nodes. Not inside a write's transaction: NOTIFY makes commits wait for one another. */
export async function notify(db: Queries): Promise<void> {
  await sql`select pg_notify('outbox', '')`.execute(db);
}

export async function figures(db: Queries): Promise<OutboxFigures> {
  const { rows } = await sql<OutboxFigures>`
    select
      count(*) filter (where failed_at is null)::int as pending,
      coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where failed_at is null)), 0)::float8
        as "oldestSeconds",
      count(*) filter (where failed_at is not null)::int as failed
    from outbox
  `.execute(db);
  return rows[0]!;
}

/** Gives rows that were set aside another round of attempts. */
export async function takeUpFailed(db: Queries): Promise<number> {
  const result = await sql`
    update outbox set failed_at = null, attempts = 0, available_at = clock_timestamp() where failed_at is not null
  `.execute(db);
  return Number(result.numAffectedRows ?? 0);
}

/** Reads `outbox_due_idx` or the whole table, which is small but for an outage. */
export async function pending(db: Queries, kind: string): Promise<object[]> {
  const rows = await db.selectFrom('outbox').select('payload').where('kind', '=', kind).where('failed_at', 'is', null).execute();
  return rows.map(({ payload }) => payload);
}
