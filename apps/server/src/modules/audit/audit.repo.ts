import { type Insertable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export async function insert(tx: Tx, event: Insertable<Tables['audit_events']>): Promise<void> {
  await tx.insertInto('audit_events').values(event).execute();
}

interface Window {
  readonly before: number | undefined;
  readonly userId: number | undefined;
  readonly action: string | undefined;
  readonly limit: number;
}

export type AuditRow = Awaited<ReturnType<typeof list>>[number];

/**
 * A named read model over `audit_events` and accounts' `users`, newest first. Reads the primary key, or
 * `audit_events_user_idx`, or `audit_events_action_idx`.
 */
export async function list(db: Queries, { before, userId, action, limit }: Window) {
  let query = db
    .selectFrom('audit_events')
    .leftJoin('users', 'users.id', 'audit_events.user_id')
    .leftJoin('users as actors', 'actors.id', 'audit_events.actor_id')
    .selectAll('audit_events')
    .select(['users.username', 'actors.username as actorname'])
    .orderBy('audit_events.id', 'desc')
    .limit(limit);
  if (before !== undefined) query = query.where('audit_events.id', '<', before);
  if (userId !== undefined) query = query.where('audit_events.user_id', '=', userId);
  if (action !== undefined) query = query.where('audit_events.action', '=', action);
  return query.execute();
}

/** Removes the oldest; leaves those out that another node removes at the moment. Reads `audit_events_at_idx`. */
export async function removeBefore(tx: Tx, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from audit_events where id in (
      select id from audit_events where at < ${before} order by at limit ${limit} for update skip locked)`.execute(tx);
  return Number(numAffectedRows);
}
