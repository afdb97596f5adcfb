import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Collects what arrives while a flush is under way and hands it over as one batch when that ends: one flush in
 * flight, so that load makes batches grow instead of making flushes many. `flush` must not throw.
 */
export interface Batcher<T, R = void> {
  /** Settles when the batch with these items has been flushed, with what the flush of that whole batch answered. */
  add(items: readonly T[]): Promise<R>;
  /** Settles when nothing is pending or under way. */
  idle(): Promise<void>;
}

interface Options {
  /** So long after a flush the next begins at the earliest: larger batches where nobody minds. The first goes at once. */
  readonly pauseMs?: number;
}

export function createBatcher<T, R = void>(
  flush: (items: readonly T[]) => Promise<R>, { pauseMs = 0 }: Options = {},
): Batcher<T, R> {
  let notBeforeMs = 0;
  let pending: T[] = [];
  let next: PromiseWithResolvers<R> | undefined;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // Items of the same turn go together.
    await Promise.resolve();
    while (next !== undefined) {
      // What comes during the pause goes with the batch.
      const leftMs = notBeforeMs - performance.now();
      if (leftMs > 0) await sleep(leftMs);
      const batch = pending;
      const { resolve } = next;
      pending = [];
      next = undefined;
      resolve(await flush(batch));
      if (pauseMs > 0) notBeforeMs = performance.now() + pauseMs;
    }
    running = undefined;
  }

  return {
    add(items) {
      for (const item of items) pending.push(item);
      next ??= Promise.withResolvers<R>();
      const { promise } = next;
      running ??= run();
      return promise;
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}
