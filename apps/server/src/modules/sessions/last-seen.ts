import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import * as repo from './sessions.repo.ts';

export const SEEN_EVERY_MS = 30_000;

/** When sessions were last used: noted here at once, in the database together and now and then. */
export interface LastSeen {
  /** Called with each request. */
  note(sessionId: string): void;
  /** Not yet written; undefined: what the database says. */
  of(sessionId: string): number | undefined;
  /** Writes what was noted, in one statement. Never throws: what could not be written is kept for the next time. */
  flush(): Promise<void>;
  /** Writes the rest. */
  close(): Promise<void>;
}

interface Deps {
  readonly write: Write;
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMs?: number;
}

export function createLastSeen({ write, clock, log, everyMs = SEEN_EVERY_MS }: Deps): LastSeen {
  let seen = new Map<string, number>();
  let flushing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    if (seen.size === 0) return;
    const batch = seen;
    seen = new Map();
    try {
      await write((tx) => repo.touch(tx, [...batch]));
    } catch (err) {
      // What was seen meanwhile is later.
      seen = new Map([...batch, ...seen]);
      log.warn({ err, sessions: batch.size }, 'Could not write down which sessions were seen; they wait for the next time');
    }
  }

  const flush = (): Promise<void> =>
    (flushing ??= writeAll().finally(() => {
      flushing = undefined;
    }));

  const timer = setInterval(() => void flush(), everyMs);
  timer.unref();

  return {
    note: (sessionId) => void seen.set(sessionId, clock.now()),
    of: (sessionId) => seen.get(sessionId),
    flush,
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}
