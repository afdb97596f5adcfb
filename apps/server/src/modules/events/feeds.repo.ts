import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';

export interface FeedOwner {
  readonly userId: number;
  readonly username: string;
}

/** Whose calendar it is; undefined: nobody's, or of somebody who may not sign in. */
export async function ownerOf(db: Queries, secretHash: Buffer): Promise<FeedOwner | undefined> {
  return db.selectFrom('calendar_feeds as f').innerJoin('users as u', 'u.id', 'f.user_id')
    .select(['u.id as userId', 'u.username']).where('f.secret_hash', '=', secretHash).where('u.disabled_at', 'is', null)
    .executeTakeFirst();
}

export async function createdAt(db: Queries, userId: number): Promise<Date | undefined> {
  const row = await db.selectFrom('calendar_feeds').select('created_at').where('user_id', '=', userId).executeTakeFirst();
  return row?.created_at;
}

/** Takes the place of the one before. */
export async function put(tx: Tx, userId: number, secretHash: Buffer, now: Date): Promise<void> {
  await sql`
    insert into calendar_feeds (user_id, secret_hash, created_at) values (${userId}, ${secretHash}, ${now})
    on conflict (user_id) do update set secret_hash = excluded.secret_hash, created_at = excluded.created_at`.execute(tx);
}

export async function remove(tx: Tx, userId: number): Promise<void> {
  await tx.deleteFrom('calendar_feeds').where('user_id', '=', userId).execute();
}
