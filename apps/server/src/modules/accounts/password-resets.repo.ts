import { type NotNull, sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';
import type { UserRow } from './accounts.repo.ts';

/** Of an account that is not disabled. Reads `users_email_key`, and locks: of two requests for one account the second counts the first. */
export async function lockUserByEmail(tx: Tx, email: string): Promise<UserRow | undefined> {
  return tx.selectFrom('users').selectAll().where(sql`lower(email)`, '=', sql`lower(${email})`)
    .where('disabled_at', 'is', null).$narrowType<{ email: NotNull; password_hash: NotNull }>()
    .forNoKeyUpdate().executeTakeFirst();
}

/** How many other requests have links that still hold. */
export async function countOthers(tx: Tx, userId: number, requestId: string, now: Date): Promise<number> {
  const { count } = await tx.selectFrom('password_resets')
    .select((eb) => eb.fn.count<number>('request_id').distinct().as('count'))
    .where('user_id', '=', userId).where('request_id', '!=', requestId).where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return count;
}

interface NewReset {
  readonly tokenHash: Buffer;
  readonly userId: number;
  readonly requestId: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

/** Clears away what has expired, of whomever. */
export async function insert(tx: Tx, { tokenHash, userId, requestId, now, expiresAt }: NewReset): Promise<void> {
  // What others clear away at this moment is left to them: two who take the same rows could wait for each other.
  await tx.deleteFrom('password_resets').where('token_hash', 'in', (eb) =>
    eb.selectFrom('password_resets').select('token_hash').where('expires_at', '<=', now).forUpdate().skipLocked()).execute();
  await tx.insertInto('password_resets')
    .values({ token_hash: tokenHash, user_id: userId, request_id: requestId, created_at: now, expires_at: expiresAt })
    .execute();
}

/** Whose link it is; undefined once it is used, expired or was never one. */
export async function userOf(db: Queries, tokenHash: Buffer, now: Date): Promise<number | undefined> {
  const row = await db.selectFrom('password_resets').select('user_id')
    .where('token_hash', '=', tokenHash).where('expires_at', '>', now).executeTakeFirst();
  return row?.user_id;
}

/** Uses the link up; false when it is gone. */
export async function use(tx: Tx, tokenHash: Buffer, now: Date): Promise<boolean> {
  const result = await tx.deleteFrom('password_resets')
    .where('token_hash', '=', tokenHash).where('expires_at', '>', now).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Ends all links of a user. */
export async function removeOf(tx: Tx, userId: number): Promise<void> {
  await tx.deleteFrom('password_resets').where('user_id', '=', userId).execute();
}

export async function setPassword(tx: Tx, userId: number, hash: string, now: Date): Promise<void> {
  await tx.updateTable('users').set({ password_hash: hash, updated_at: now }).where('id', '=', userId).execute();
}
