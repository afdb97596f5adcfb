/** What `work` gives, or a rejection when the time is up. */
export type TimeLimit = <T>(work: Promise<T>) => Promise<T>;

interface Pending {
  readonly endsAtMs: number;
  open: boolean;
  giveUp(): void;
}

/**
 * One time limit for many questions, with one timer for all of them, for the one that ends first: a timer for each cost
 * more than the rest of asking. A turn of this process that takes long is not blamed on Redis: what has arrived meanwhile is
 * read first (timers run before the sockets are read, immediates after).
 */
export function createTimeLimit(timeoutMs: number): TimeLimit {
  /** In the order of their ends, for all have the same time. */
  let waiting: Pending[] = [];
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    timer = undefined;
    const nowMs = performance.now();
    let first = 0;
    const late: Pending[] = [];
    for (; first < waiting.length; first += 1) {
      const pending = waiting[first]!;
      if (!pending.open) continue;
      if (pending.endsAtMs > nowMs) break;
      late.push(pending);
    }
    waiting = waiting.slice(first);
    if (late.length > 0) {
      setImmediate(() => {
        for (const pending of late) if (pending.open) pending.giveUp();
      });
    }
    if (waiting.length > 0) lookIn(waiting[0]!.endsAtMs - nowMs);
  }
  const lookIn = (ms: number): void => {
    // Keeps no process alive that has nothing else to wait for: what it waits for comes over a connection, which does.
    timer ??= setTimeout(look, ms).unref();
  };

  return (work) =>
    new Promise((resolve, reject) => {
      const pending: Pending = {
        endsAtMs: performance.now() + timeoutMs,
        open: true,
        giveUp() {
          pending.open = false;
          reject(new Error(`Redis did not answer within ${timeoutMs} ms`));
        },
      };
      waiting.push(pending);
      lookIn(timeoutMs);
      work.then(
        (value) => {
          pending.open = false;
          return resolve(value);
        },
        (error: unknown) => {
          pending.open = false;
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
}
