import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';
import type { EventRow } from './events.repo.ts';

/**
 * Locks the event whose people have waited longest to be told something, until the transaction ends; one that another
 * node has is left to it. Reads `events_due_idx` from its beginning. ER1
 */
export async function lockDue(tx: Tx, now: Date): Promise<EventRow | undefined> {
  const { rows } = await sql<EventRow>`
    select * from events where due_at <= ${now} order by due_at limit 1 for no key update skip locked`.execute(tx);
  return rows[0];
}

/** What has waited longest, in words that change when it does; undefined: nothing waits. Reads `events_due_idx`. */
export async function firstDue(db: Queries, now: Date): Promise<string | undefined> {
  const row = await db.selectFrom('events').select(['id', 'due', 'due_at', 'due_after_user']).where('due_at', '<=', now)
    .orderBy('due_at').limit(1).executeTakeFirst();
  return row && `${row.id} ${row.due} ${row.due_at?.getTime()} ${row.due_after_user}`;
}
