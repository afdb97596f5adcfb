import { Problem } from '../kernel/problem.ts';

/** Lets a few tasks run at once and some wait; more than that are refused. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>;

/** Refuses with `service.unavailable` when `maxWaiting` tasks wait already. */
export function createTurns({ atOnce, maxWaiting }: { readonly atOnce: number; readonly maxWaiting: number }): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (task) => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) {
        throw new Problem('service.unavailable', { detail: 'Too many pictures are being worked on', retryAfterSeconds: 2 });
      }
      // Whoever ends hands its place on, so `running` stays.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Turns of their own for each key: one of them at once, a few waiting, so that nobody takes everybody's place. */
export function createTurnsByKey({ maxWaiting }: { readonly maxWaiting: number }) {
  const busy = new Map<number, { readonly turn: Turns; tasks: number }>();
  return async <T>(key: number, task: () => Promise<T>): Promise<T> => {
    const entry = busy.get(key) ?? { turn: createTurns({ atOnce: 1, maxWaiting }), tasks: 0 };
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
