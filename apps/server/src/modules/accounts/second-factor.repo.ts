import type { Selectable } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type SecondFactorRow = Selectable<Tables['second_factors']>;

export async function find(db: Queries, userId: number): Promise<SecondFactorRow | undefined> {
  return db.selectFrom('second_factors').selectAll().where('user_id', '=', userId).executeTakeFirst();
}

/** Held until the transaction ends, so that of two who show the same code one is first. */
export async function lock(tx: Tx, userId: number): Promise<SecondFactorRow | undefined> {
  return tx.selectFrom('second_factors').selectAll().where('user_id', '=', userId).forUpdate().executeTakeFirst();
}

/** A new secret that a code has yet to confirm; false when there is one that is confirmed. */
export async function begin(tx: Tx, userId: number, secret: Buffer, now: Date): Promise<boolean> {
  const row = await tx.insertInto('second_factors').values({ user_id: userId, secret, created_at: now })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ secret, created_at: now, last_step: 0 })
      .where('second_factors.confirmed_at', 'is', null))
    .returning('user_id').executeTakeFirst();
  return row !== undefined;
}

export async function confirm(tx: Tx, userId: number, now: Date): Promise<void> {
  await tx.updateTable('second_factors').set({ confirmed_at: now }).where('user_id', '=', userId).execute();
}

export async function setLastStep(tx: Tx, userId: number, step: number): Promise<void> {
  await tx.updateTable('second_factors').set({ last_step: step }).where('user_id', '=', userId).execute();
}

/** Its recovery codes go with it. False: there was none. */
export async function remove(tx: Tx, userId: number): Promise<boolean> {
  const result = await tx.deleteFrom('second_factors').where('user_id', '=', userId).where('confirmed_at', 'is not', null)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

export async function replaceRecoveryCodes(tx: Tx, userId: number, hashes: readonly Buffer[]): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await tx.insertInto('recovery_codes').values(hashes.map((code_hash) => ({ user_id: userId, code_hash }))).execute();
}

/** Uses one up; false: there is no such code, or it was used. */
export async function useRecoveryCode(tx: Tx, userId: number, hash: Buffer): Promise<boolean> {
  const result = await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).where('code_hash', '=', hash)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

export async function countRecoveryCodes(db: Queries, userId: number): Promise<number> {
  const { count } = await db.selectFrom('recovery_codes').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId).executeTakeFirstOrThrow();
  return count;
}
