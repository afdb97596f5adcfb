import type { Selectable } from 'kysely';
import type { Tables, Tx } from '../../db/index.ts';

export type PosterRow = Selectable<Tables['movie_posters']>;

export async function insert(tx: Tx, row: Omit<PosterRow, 'shown'>): Promise<void> {
  await tx.insertInto('movie_posters').values(row).execute();
}

export async function show(tx: Tx, name: string): Promise<boolean> {
  const row = await tx.updateTable('movie_posters').set({ shown: true }).where('name', '=', name).returning('name').executeTakeFirst();
  return row !== undefined;
}

/** The movie's row is locked. Reads `movie_posters_shown_idx`. */
export async function shownOf(tx: Tx, movieId: number): Promise<string | undefined> {
  return (await tx.selectFrom('movie_posters').select('name').where('movie_id', '=', movieId).where('shown', '=', true).executeTakeFirst())?.name;
}

export async function remove(tx: Tx, names: readonly string[]): Promise<void> {
  if (names.length > 0) await tx.deleteFrom('movie_posters').where('name', 'in', names).execute();
}

/** Posters that nobody sees, made before; leaves out what others hold. Reads `movie_posters_sweep_idx`. */
export async function lockUnused(tx: Tx, before: Date, limit: number): Promise<string[]> {
  const rows = await tx.selectFrom('movie_posters').select('name')
    .where((eb) => eb.or([eb('shown', '=', false), eb('movie_id', 'is', null)])).where('created_at', '<', before)
    .orderBy('created_at').limit(limit).forUpdate().skipLocked().execute();
  return rows.map(({ name }) => name);
}
