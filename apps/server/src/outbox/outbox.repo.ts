import { sql } from 'kysely';
import type { Queries, Tx } from '../db/index.ts';

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
export async function insert(tx: Tx, rows: readonly OutboxRow[], ownershipMs: number): Promise<void> {
  await sql`
    insert into outbox (id, kind, key, payload, available_at)
    select r.id, r.kind, r.key, r.payload, clock_timestamp() + ${ownershipMs}::float8 * interval '1 millisecond'
    from rows from (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as (id uuid, kind text, key text, payload jsonb))
      with ordinality as r (id, kind, key, payload, ordinality)
    order by r.ordinality
  `.execute(tx);
}

/**
 * Locks up to `limit` rows that may be applied now, until `tx` ends: those named by `ids`, else all that are due.
 * Of rows with the same key only the first is eligible; the not-exists reads `outbox_key_idx`.
 * Rows that another node is applying are skipped, not waited for.
 */
export async function claim(
  tx: Tx,
  from: { readonly kinds: readonly string[]; readonly ids?: readonly string[]; readonly limit: number },
): Promise<ClaimedRow[]> {
  const which = from.ids === undefined ? sql`o.available_at <= clock_timestamp()` : sql`o.id = any(${from.ids}::uuid[])`;
  const { rows } = await sql<ClaimedRow>`
    select o.id, o.seq, o.kind, o.key, o.payload, o.attempts
    from outbox o
    where o.failed_at is null and o.kind = any(${from.kinds}::text[]) and ${which}
      and (o.key is null or not exists (
        select 1 from outbox e where e.key = o.key and e.seq < o.seq and e.failed_at is null))
    order by o.seq
    limit ${from.limit}
    for update of o skip locked
  `.execute(tx);
  return rows;
}

/** The rows that follow the claimed heads of their keys. Nobody else can hold them: they would need the heads. */
export async function claimFollowers(tx: Tx, heads: readonly ClaimedRow[], limit: number): Promise<ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    select o.id, o.seq, o.kind, o.key, o.payload, o.attempts
    from outbox o
    join unnest(${heads.map((row) => row.key)}::text[], ${heads.map((row) => row.seq)}::bigint[]) as head (key, seq)
      on o.key = head.key and o.seq > head.seq
    where o.failed_at is null
    order by o.seq
    limit ${limit}
    for update of o
  `.execute(tx);
  return rows;
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
