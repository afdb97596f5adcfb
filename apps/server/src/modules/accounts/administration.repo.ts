import { type NotNull, sql } from 'kysely';
import type { Queries, Tx } from '../../db/index.ts';
import type { UserRow } from './accounts.repo.ts';

export type AdministeredRow = UserRow & { readonly second_factor_at: Date | null };

const administered = (db: Queries) =>
  db.selectFrom('users').leftJoin('second_factors', 'second_factors.user_id', 'users.id')
    .selectAll('users').select('second_factors.confirmed_at as second_factor_at')
    .where('users.guest_of', 'is', null).$narrowType<{ email: NotNull; password_hash: NotNull }>();

interface Filter {
  readonly q: string | undefined;
  readonly role: 'user' | 'admin' | undefined;
  readonly disabled: boolean | undefined;
}

const escaped = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/** Accounts, the newest first. A search looks at every account: it is for few people, seldom. */
export async function list(
  db: Queries, filter: Filter, { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<{ readonly rows: AdministeredRow[]; readonly total: number }> {
  let rows = administered(db);
  let counted = db.selectFrom('users').select((eb) => eb.fn.countAll<number>().as('count')).where('guest_of', 'is', null);
  if (filter.q !== undefined) {
    const like = escaped(filter.q);
    const found = sql<boolean>`(username ilike ${like} or display_name ilike ${like} or email ilike ${like})`;
    rows = rows.where(found);
    counted = counted.where(found);
  }
  if (filter.role !== undefined) {
    rows = rows.where('role', '=', filter.role);
    counted = counted.where('role', '=', filter.role);
  }
  if (filter.disabled !== undefined) {
    const state = filter.disabled ? 'is not' : 'is';
    rows = rows.where('disabled_at', state, null);
    counted = counted.where('disabled_at', state, null);
  }
  const [{ count }, page] = await Promise.all([
    counted.executeTakeFirstOrThrow(),
    rows.orderBy('users.id', 'desc').limit(limit).offset(offset).execute(),
  ]);
  return { rows: page, total: count };
}

export async function find(db: Queries, id: number): Promise<AdministeredRow | undefined> {
  return administered(db).where('users.id', '=', id).executeTakeFirst();
}

/**
 * All administrators who are not disabled, and this account, held until the transaction ends and locked in the order of
 * their ids: of two who demote one another the second finds that there is one left.
 */
export async function lockWithAdmins(tx: Tx, id: number): Promise<{ readonly row: UserRow | undefined; readonly admins: number }> {
  const rows = await tx.selectFrom('users').selectAll()
    .where('guest_of', 'is', null).$narrowType<{ email: NotNull; password_hash: NotNull }>()
    .where((eb) => eb.or([eb('id', '=', id), eb.and([eb('role', '=', 'admin'), eb('disabled_at', 'is', null)])]))
    .orderBy('id').forUpdate().execute();
  return {
    row: rows.find((row) => row.id === id),
    admins: rows.filter(({ role, disabled_at: disabledAt }) => role === 'admin' && disabledAt === null).length,
  };
}

export async function change(
  tx: Tx, id: number, changes: { readonly role: 'user' | 'admin'; readonly disabled_at: Date | null }, now: Date,
): Promise<void> {
  await tx.updateTable('users').set({ ...changes, updated_at: now }).where('id', '=', id).execute();
}
