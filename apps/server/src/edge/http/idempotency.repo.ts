import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';

export interface StoredAnswer {
  readonly requestHash: Buffer;
  /** Null while the first request is under way. */
  readonly response: Buffer | null;
}

const KEPT_HOURS = 24;

/**
 * Takes the key for `lockMs`, if it is new, older than a day, or its first request died without an answer.
 * Answers the lock that `complete` and `release` must show, or undefined when the key is taken.
 */
export async function acquire(db: Queries, id: Buffer, requestHash: Buffer, lockMs: number): Promise<Date | undefined> {
  const { rows } = await sql<{ locked_until: Date }>`
    insert into idempotency_keys as k (id, request_hash, locked_until)
    values (${id}, ${requestHash},
      date_trunc('milliseconds', clock_timestamp() + ${lockMs}::float8 * interval '1 millisecond'))
    on conflict (id) do update
      set request_hash = excluded.request_hash, locked_until = excluded.locked_until, response = null,
        created_at = now()
      where (k.response is null and k.locked_until < clock_timestamp())
         or k.created_at < now() - ${KEPT_HOURS}::int * interval '1 hour'
    returning locked_until
  `.execute(db);
  return rows[0]?.locked_until;
}

export async function find(db: Queries, id: Buffer): Promise<StoredAnswer | undefined> {
  const { rows } = await sql<StoredAnswer>`
    select request_hash as "requestHash", response from idempotency_keys where id = ${id}
  `.execute(db);
  return rows[0];
}

/** False when the lock ran out and somebody else has taken the key: the transaction must not commit then. */
export async function complete(tx: Tx, id: Buffer, lock: Date, response: Buffer): Promise<boolean> {
  const result = await sql`
    update idempotency_keys set response = ${response} where id = ${id} and locked_until = ${lock} and response is null
  `.execute(tx);
  return result.numAffectedRows === 1n;
}

export async function release(db: Queries, id: Buffer, lock: Date): Promise<void> {
  await sql`
    delete from idempotency_keys where id = ${id} and locked_until = ${lock} and response is null
  `.execute(db);
}

/** Deletes at most `limit` keys that are past their day; answers how many. */
export async function sweep(db: Queries, limit: number): Promise<number> {
  const result = await sql`
    delete from idempotency_keys where id in (
      select id from idempotency_keys where created_at < now() - ${KEPT_HOURS}::int * interval '1 hour' limit ${limit})
  `.execute(db);
  return Number(result.numAffectedRows ?? 0);
}
