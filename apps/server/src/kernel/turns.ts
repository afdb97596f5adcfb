import { Problem } from './problem.ts';

/** Lets a few tasks run at once and some wait; more than that are refused. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>;

interface TurnsOptions {
  readonly atOnce: number;
  readonly maxWaiting: number;
  /** What is too much, for a person. */
  readonly refusal: string;
}

/** Refuses with `service.unavailable` when `maxWaiting` tasks wait already. */
export function createTurns({ atOnce, maxWaiting, refusal }: TurnsOptions): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (task) => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) throw new Problem('service.unavailable', { detail: refusal, retryAfterSeconds: 2 });
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
