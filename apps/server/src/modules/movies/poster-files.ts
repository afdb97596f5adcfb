import type { Tx } from '../../db/index.ts';
import type { Effects } from '../../kernel/write.ts';
import { fileRemoved } from './movies.effects.ts';
import * as repo from './posters.repo.ts';

/** Storage keys beside other pictures: knowing the name is the right to see them. */
export const posterKeys = (name: string) => ({ large: `${name}-large.jpg`, small: `${name}-small.webp` });

export const posterUrls = (name: string) => ({ large: `/uploads/${posterKeys(name).large}`, small: `/uploads/${posterKeys(name).small}` });

/** Lets go of posters: their rows now, their files after the commit. */
export async function retirePosters(tx: Tx, effects: Effects, names: readonly string[]): Promise<void> {
  await repo.remove(tx, names);
  for (const name of names) for (const key of Object.values(posterKeys(name))) effects.add(fileRemoved.of({ key }));
}

/** The movie, whose row is locked, shows its poster no longer. */
export async function retirePosterOf(tx: Tx, effects: Effects, movieId: number): Promise<void> {
  const name = await repo.shownOf(tx, movieId);
  if (name !== undefined) await retirePosters(tx, effects, [name]);
}
