export interface Availability {
  /** Whether requests may use the store now. */
  readonly usable: boolean;
  readonly state: 'closed' | 'open' | 'half-open';
  /** The store failed: nobody uses it until it has been found trustworthy again. CA11, CA12 */
  lost(error: unknown): void;
  /** It seems to be back: probe now. */
  tryNow(): void;
  close(): void;
}

interface Deps {
  /** Everything that must hold before the store is used again; throws when it does not. */
  readonly restore: () => Promise<void>;
  readonly onChange: (state: 'lost' | 'restored', error?: unknown) => void;
  /** True for a store that has yet to be reached: the first probe runs at once. */
  readonly startLost: boolean;
}

const FIRST_PROBE_MS = 100;
const MAX_PROBE_MS = 2000;

/** A circuit breaker whose probes run beside the requests, one at a time: no request ever pays for one. */
export function createAvailability({ restore, onChange, startLost }: Deps): Availability {
  let state: Availability['state'] = startLost ? 'open' : 'closed';
  let pauseMs = FIRST_PROBE_MS;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  /** Counts losses, so that one in the middle of a restore is not taken for restored. */
  let losses = 0;

  function schedule(): void {
    if (closed) return;
    timer = setTimeout(() => void probe(), pauseMs);
    timer.unref();
    pauseMs = Math.min(MAX_PROBE_MS, pauseMs * 2);
  }

  async function probe(): Promise<void> {
    state = 'half-open';
    const before = losses;
    try {
      await restore();
      if (losses !== before) throw new Error('The store was lost again');
    } catch {
      state = 'open';
      return schedule();
    }
    state = 'closed';
    pauseMs = FIRST_PROBE_MS;
    if (!closed) onChange('restored');
  }

  if (startLost) void probe();
  return {
    get usable() {
      return state === 'closed';
    },
    get state() {
      return state;
    },
    lost(error) {
      losses += 1;
      // After `close` the connection's end is no news.
      if (state !== 'closed' || closed) return;
      state = 'open';
      onChange('lost', error);
      schedule();
    },
    tryNow() {
      if (state !== 'open' || closed) return;
      clearTimeout(timer);
      void probe();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
