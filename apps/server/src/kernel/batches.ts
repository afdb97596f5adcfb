import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

export interface Batch {
  /** How many things it changed. */
  readonly count: number;
  /** False: there was nothing left for another one. */
  readonly more: boolean;
}

interface BatchesDeps {
  /** Asked between two batches. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

const TOLD_EVERY_MS = 10_000;

/**
 * Does a large work batch by batch, each a change of its own: nobody waits for more than one of them, and what is done
 * stays done when the work is cut short. Tells of it in the log; answers how many things were changed in all.
 */
export async function inBatches(what: string, next: () => Promise<Batch>, { signal, clock, log }: BatchesDeps): Promise<number> {
  let total = 0;
  let toldAtMs = clock.now();
  for (;;) {
    signal.throwIfAborted();
    const { count, more } = await next();
    total += count;
    if (!more) break;
    if (clock.now() - toldAtMs < TOLD_EVERY_MS) continue;
    toldAtMs = clock.now();
    log.info({ count: total }, `${what}: ${total} so far`);
  }
  log.info({ count: total }, `${what}: ${total}`);
  return total;
}
