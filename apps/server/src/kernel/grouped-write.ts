import type { Tx } from '../db/index.ts';
import { createBatcher } from './batcher.ts';
import type { Effects, Write } from './write.ts';

/** As many as one statement takes without others waiting long for it. */
const MOST = 500;

type Outcome<R> = { readonly value: R } | { readonly error: unknown };

/**
 * Changes of one kind by many callers at once: what arrives while a change is under way is committed by the next, all
 * together, in a few statements whatever their number. `work` answers one result for each item, in their order. Where
 * it throws, each item is tried alone, so that a bad one fails by itself; `work` may therefore run several times.
 */
export function createGroupedWrite<T, R>(
  write: Write,
  work: (tx: Tx, effects: Effects, items: readonly T[]) => Promise<readonly R[]>,
): (item: T) => Promise<R> {
  const together = (items: readonly T[]): Promise<readonly R[]> => write((tx, effects) => work(tx, effects, items));

  async function settle(items: readonly T[]): Promise<Outcome<R>[]> {
    try {
      return (await together(items)).map((value) => ({ value }));
    } catch (error) {
      if (items.length === 1) return [{ error }];
      return (await Promise.all(items.map((item) => settle([item])))).flat();
    }
  }

  const batcher = createBatcher<{ readonly item: T; readonly done: (outcome: Outcome<R>) => void }>(async (waiting) => {
    for (let start = 0; start < waiting.length; start += MOST) {
      const slice = waiting.slice(start, start + MOST);
      const outcomes = await settle(slice.map(({ item }) => item));
      for (const [at, { done }] of slice.entries()) done(outcomes[at] ?? { error: new Error('The work answered too few results') });
    }
  });

  return (item) =>
    new Promise<R>((resolve, reject) => {
      void batcher.add([{ item, done: (outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value)) }]);
    });
}
