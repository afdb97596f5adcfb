/**
 * Collects what arrives while a flush is under way and hands it over as one batch when that ends: one flush in
 * flight, so that load makes batches grow instead of making flushes many. `flush` must not throw.
 */
export interface Batcher<T> {
  /** Settles when the batch with these items has been flushed. */
  add(items: readonly T[]): Promise<void>;
  /** Settles when nothing is pending or under way. */
  idle(): Promise<void>;
}

export function createBatcher<T>(flush: (items: readonly T[]) => Promise<void>): Batcher<T> {
  let pending: T[] = [];
  let next: PromiseWithResolvers<void> | undefined;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // Items of the same turn go together.
    await Promise.resolve();
    while (next !== undefined) {
      const batch = pending;
      const { resolve } = next;
      pending = [];
      next = undefined;
      await flush(batch);
      resolve();
    }
    running = undefined;
  }

  return {
    add(items) {
      pending.push(...items);
      next ??= Promise.withResolvers<void>();
      const { promise } = next;
      running ??= run();
      return promise;
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}
