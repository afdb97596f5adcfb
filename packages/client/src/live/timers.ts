/** Time, as this folder uses it. */
export interface Timers {
  /** Never goes back, whatever is done to the machine's clock. */
  nowMs(): number;
  /** Calls once after `ms`; answers what prevents that. */
  after(ms: number, call: () => void): () => void;
}

export const realTimers: Timers = {
  nowMs: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when the signal aborts: whoever waits looks at the signal themselves. */
export function pause(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = timers.after(ms, done);
    signal.addEventListener('abort', done);
  });
}

/** How long to wait before attempt `nth` (from 0): anything up to a limit that doubles, so that a crowd spreads out. */
export function fullJitterMs(nth: number, { firstMs, capMs, random }: { firstMs: number; capMs: number; random: () => number }): number {
  return random() * Math.min(capMs, firstMs * 2 ** Math.min(nth, 30));
}
