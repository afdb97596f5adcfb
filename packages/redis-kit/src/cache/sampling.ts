/** Picks one of so many hits, whichever way they come. */
export interface Sampling {
  /** A hit that can be inspected: whether it is the one. */
  isDue(): boolean;
  /** A hit that cannot be. */
  passed(): void;
  /** Whether one has become due among those: true once, for whoever takes it to where it can be inspected. */
  handOver(): boolean;
}

/** `every` 0: none. Under load one in `pauseMs` at most, for each costs a load. */
export function createSampling(every: number, pauseMs: number, now: () => number): Sampling {
  let left = every;
  let lastAtMs = -Infinity;
  let waiting = false;
  let handedOver = false;

  function isTime(): boolean {
    const atMs = now();
    if (atMs - lastAtMs < pauseMs) return false;
    lastAtMs = atMs;
    return true;
  }

  return {
    isDue() {
      if (every === 0) return false;
      left -= 1;
      if (left > 0 && !handedOver) return false;
      left = every;
      handedOver = false;
      return isTime();
    },
    passed() {
      left -= 1;
      if (left > 0 || every === 0) return;
      left = every;
      waiting = now() - lastAtMs >= pauseMs;
    },
    handOver() {
      if (!waiting) return false;
      waiting = false;
      handedOver = true;
      return true;
    },
  };
}
