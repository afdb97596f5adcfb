import { createTurns, type Turns } from '../kernel/turns.ts';

export const REFUSAL = 'Too many pictures are being worked on';

/** Turns of their own for each key: one of them at once, a few waiting, so that nobody takes everybody's place. */
export function createTurnsByKey({ maxWaiting }: { readonly maxWaiting: number }) {
  const busy = new Map<number, { readonly turn: Turns; tasks: number }>();
  return async <T>(key: number, task: () => Promise<T>): Promise<T> => {
    const entry = busy.get(key) ?? { turn: createTurns({ atOnce: 1, maxWaiting, refusal: REFUSAL }), tasks: 0 };
    busy.set(key, entry);
    entry.tasks += 1;
    try {
      return await entry.turn(task);
    } finally {
      entry.tasks -= 1;
      if (entry.tasks === 0) busy.delete(key);
    }
  };
}
