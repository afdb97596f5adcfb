import type { NotNull, Selectable } from 'kysely';
import type { ProfilePicture } from '@watchparty/protocol';
import type { Queries, Tables, Tx } from '../../db/index.ts';
import type { UserRow } from './accounts.repo.ts';

export type PictureRow = Selectable<Tables['pictures']>;

export async function insert(tx: Tx, picture: PictureRow): Promise<void> {
  await tx.insertInto('pictures').values(picture).execute();
}

export async function find(db: Queries, name: string): Promise<PictureRow | undefined> {
  return db.selectFrom('pictures').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Locks the row until the transaction ends. */
export async function lock(tx: Tx, name: string): Promise<PictureRow | undefined> {
  return tx.selectFrom('pictures').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();
}

export async function setStatus(
  tx: Tx, names: readonly string[], status: PictureRow['status'], now: Date,
): Promise<void> {
  await tx.updateTable('pictures').set({ status, changed_at: now }).where('name', 'in', names).execute();
}

/** The avatars of one user with this status. Reads `pictures_owner_idx`. */
export async function avatarsOf(tx: Tx, ownerId: number, status: PictureRow['status']): Promise<string[]> {
  const rows = await tx.selectFrom('pictures').select('name')
    .where('owner_id', '=', ownerId).where('kind', '=', 'avatar').where('status', '=', status).execute();
  return rows.map(({ name }) => name);
}

/** Those of `names` that are to be removed. */
export async function retired(db: Queries, names: readonly string[]): Promise<PictureRow[]> {
  return db.selectFrom('pictures').selectAll().where('name', 'in', names).where('status', '=', 'retired').execute();
}

export async function remove(tx: Tx, names: readonly string[]): Promise<void> {
  await tx.deleteFrom('pictures').where('name', 'in', names).execute();
}

/** Pictures that nobody uses, unchanged since `before`. Reads `pictures_sweep_idx`; leaves out what others hold. */
export async function lockUnused(tx: Tx, before: Date, limit: number): Promise<string[]> {
  const rows = await tx.selectFrom('pictures').select('name')
    .where((eb) => eb.or([eb('status', '<>', 'used'), eb('owner_id', 'is', null)])).where('changed_at', '<', before)
    .orderBy('changed_at').limit(limit).forUpdate().skipLocked().execute();
  return rows.map(({ name }) => name);
}

/** The user's row, held until the transaction ends: one change of a user's picture at a time. */
export async function lockOwner(tx: Tx, id: number): Promise<boolean> {
  return (await tx.selectFrom('users').select('id').where('id', '=', id).forUpdate().executeTakeFirst()) !== undefined;
}

export async function setProfilePicture(
  tx: Tx, userId: number, urls: ProfilePicture | null, now: Date,
): Promise<UserRow> {
  return tx.updateTable('users').set({ profile_picture: urls === null ? null : JSON.stringify(urls), updated_at: now })
    .where('id', '=', userId).where('guest_of', 'is', null)
    .returningAll().$narrowType<{ email: NotNull; password_hash: NotNull }>().executeTakeFirstOrThrow();
}
