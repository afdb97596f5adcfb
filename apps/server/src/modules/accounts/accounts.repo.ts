import { type NotNull, type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

/** An account: somebody with an address and a password, which guests have not. */
export type UserRow = Selectable<Tables['users']> & { readonly email: string; readonly password_hash: string };

export interface NewUser {
  readonly email: string;
  readonly username: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly role: 'user' | 'admin';
  readonly locale: 'en' | 'ru';
}

export async function insertUser(tx: Tx, user: NewUser): Promise<UserRow> {
  return tx
    .insertInto('users')
    .values({
      email: user.email,
      username: user.username,
      display_name: user.displayName,
      password_hash: user.passwordHash,
      role: user.role,
      locale: user.locale,
    })
    .returningAll()
    .$narrowType<{ email: NotNull; password_hash: NotNull }>()
    .executeTakeFirstOrThrow();
}

const accounts = (db: Queries) =>
  db.selectFrom('users').selectAll().where('guest_of', 'is', null).$narrowType<{ email: NotNull; password_hash: NotNull }>();

/**
 * True for the very first account. Holds a lock until the transaction ends, so that of two first ones only one is
 * told so; once a user exists nobody takes it any more.
 */
export async function isFirstUser(tx: Tx): Promise<boolean> {
  if (await hasUsers(tx)) return false;
  await sql`select pg_advisory_xact_lock(hashtextextended('accounts.first-user', 0))`.execute(tx);
  return !(await hasUsers(tx));
}

async function hasUsers(tx: Tx): Promise<boolean> {
  return (await tx.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

export async function findById(db: Queries, id: number): Promise<UserRow | undefined> {
  return accounts(db).where('id', '=', id).executeTakeFirst();
}

/** Reads `users_email_key`. */
export async function findByEmail(db: Queries, email: string): Promise<UserRow | undefined> {
  return accounts(db).where(sql`lower(email)`, '=', sql`lower(${email})`).executeTakeFirst();
}

/** Reads `users_username_key`. */
export async function findByUsername(db: Queries, username: string): Promise<UserRow | undefined> {
  return accounts(db).where(sql`lower(username)`, '=', sql`lower(${username})`).executeTakeFirst();
}

export interface ProfileChanges {
  readonly email?: string;
  readonly username?: string;
  readonly display_name?: string;
  readonly bio?: string;
  readonly locale?: 'en' | 'ru';
  readonly messages_from?: 'everyone' | 'friends';
}

export async function updateProfile(tx: Tx, id: number, changes: ProfileChanges, now: Date): Promise<UserRow | undefined> {
  return tx.updateTable('users').set({ ...changes, updated_at: now }).where('id', '=', id).where('guest_of', 'is', null)
    .returningAll().$narrowType<{ email: NotNull; password_hash: NotNull }>().executeTakeFirst();
}

/**
 * Whether the password is still the one that was checked, and the account open; if so both stay that until the
 * transaction ends.
 */
export async function holdPassword(tx: Tx, id: number, hash: string): Promise<boolean> {
  const row = await tx.selectFrom('users').select('id').where('id', '=', id).where('password_hash', '=', hash)
    .where('disabled_at', 'is', null).forShare().executeTakeFirst();
  return row !== undefined;
}

/** Only while the password is still the one that was checked; false when somebody changed it meanwhile. */
export async function replacePassword(tx: Tx, id: number, oldHash: string, newHash: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('users')
    .set({ password_hash: newHash, updated_at: now })
    .where('id', '=', id)
    .where('password_hash', '=', oldHash)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function hasAdmin(db: Queries): Promise<boolean> {
  return (await db.selectFrom('users').select('id').where('role', '=', 'admin').limit(1).executeTakeFirst()) !== undefined;
}

/** Opens a new set-up link; the ones before it end. */
export async function replaceSetupToken(tx: Tx, tokenHash: Buffer): Promise<void> {
  await tx.deleteFrom('setup_tokens').where('used_at', 'is', null).execute();
  await tx.insertInto('setup_tokens').values({ token_hash: tokenHash }).execute();
}

/** Uses the link up; false when it is unknown or used. Locks the row until the transaction ends. */
export async function useSetupToken(tx: Tx, tokenHash: Buffer, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('setup_tokens')
    .set({ used_at: now })
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function recordSetupUser(tx: Tx, tokenHash: Buffer, userId: number): Promise<void> {
  await tx.updateTable('setup_tokens').set({ used_by: userId }).where('token_hash', '=', tokenHash).execute();
}

/** Which unique name an insert or update ran into, if that is why it failed. */
export function takenName(error: unknown): 'email' | 'username' | undefined {
  if (typeof error !== 'object' || error === null || !('constraint' in error)) return undefined;
  if (error.constraint === 'users_email_key') return 'email';
  if (error.constraint === 'users_username_key') return 'username';
  return undefined;
}
