import { performance } from 'node:perf_hooks';
import type { Clock } from '../../kernel/clock.ts';

/** Wall clock with fractions of a millisecond that runs evenly: what all viewers of a film are told the time by. */
export interface WallClock extends Clock {
  /** Call it about once a second: brings the clock after the system's, when that was set or disciplined. */
  follow(): void;
}

interface Sources {
  readonly wallMs?: () => number;
  readonly monotonicMs?: () => number;
}

/** `Date.now` gives whole milliseconds, so it is known to half of one. */
const TOLERATED_MS = 2;
/** Half a millisecond a second: no follower of ours notices it as a jump. */
const STEP_MS = 0.5;
/** Somebody has set the clock, or the machine has slept. */
const JUMP_MS = 1000;

/**
 * Anchored once at the system's clock and then counted monotonically: two readings differ by the time between them to the
 * microsecond, whatever NTP does meanwhile.
 */
export function createWallClock({ wallMs = Date.now, monotonicMs = () => performance.now() }: Sources = {}): WallClock {
  let originMs = anchor(wallMs, monotonicMs);
  const now = (): number => originMs + monotonicMs();
  return {
    now,
    follow() {
      const behindMs = wallMs() + 0.5 - now();
      if (Math.abs(behindMs) > JUMP_MS) originMs += behindMs;
      else if (Math.abs(behindMs) > TOLERATED_MS) originMs += Math.sign(behindMs) * STEP_MS;
    },
  };
}

/** To be exact to less than a millisecond, waits for the moment at which the system's clock turns to the next. */
function anchor(wallMs: () => number, monotonicMs: () => number): number {
  const before = wallMs();
  const begunMs = monotonicMs();
  for (;;) {
    const wall = wallMs();
    const monotonic = monotonicMs();
    if (wall !== before) return wall - monotonic;
    // A clock that stands still is a test's.
    if (monotonic - begunMs > 5 || monotonic === begunMs) return wall + 0.5 - monotonic;
  }
}
