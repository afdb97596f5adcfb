import { sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';
import type { PersonRow } from './friends.repo.ts';

export type BlockRow = PersonRow & { readonly blocked_at: Date };

/** Who of the two blocks the other. */
export async function between(
  db: Queries, a: number, b: number,
): Promise<{ readonly aBlocks: boolean; readonly bBlocks: boolean }> {
  const rows = await db.selectFrom('blocks').select('user_id').where((eb) => eb.or([
    eb.and([eb('user_id', '=', a), eb('blocked_id', '=', b)]), eb.and([eb('user_id', '=', b), eb('blocked_id', '=', a)]),
  ])).execute();
  return { aBlocks: rows.some((row) => row.user_id === a), bBlocks: rows.some((row) => row.user_id === b) };
}

/** When the block was made, this one or one before it. */
export async function insert(tx: Tx, userId: number, blockedId: number, now: Date): Promise<Date> {
  const { rows } = await sql<{ created_at: Date }>`
    insert into blocks (user_id, blocked_id, created_at) values (${userId}, ${blockedId}, ${now})
    on conflict (user_id, blocked_id) do update set created_at = blocks.created_at returning created_at
  `.execute(tx);
  return rows[0]!.created_at;
}

export async function remove(tx: Tx, userId: number, blockedId: number): Promise<boolean> {
  const result = await tx.deleteFrom('blocks').where('user_id', '=', userId).where('blocked_id', '=', blockedId).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** In order of their ids. Reads the primary key. */
export async function list(db: Queries, userId: number, after: number, limit: number): Promise<BlockRow[]> {
  return db.selectFrom('blocks').innerJoin('users', 'users.id', 'blocks.blocked_id')
    .select(['users.id', 'users.username', 'users.display_name', 'users.profile_picture', 'blocks.created_at as blocked_at'])
    .where('blocks.user_id', '=', userId).where('blocks.blocked_id', '>', after)
    .orderBy('blocks.blocked_id').limit(limit).execute();
}

/** Of these people, those between whom and the person a block stands, whoever made it. In a transaction it sees what that sees. */
export async function among(db: Queries, userId: number, others: readonly number[]): Promise<Set<number>> {
  if (others.length === 0) return new Set();
  const { rows } = await sql<{ id: number }>`
    select blocked_id as id from blocks where user_id = ${userId} and blocked_id = any(${others}::int[])
    union select user_id from blocks where blocked_id = ${userId} and user_id = any(${others}::int[])
  `.execute(db);
  return new Set(rows.map(({ id }) => id));
}
