import { type ClockSample, ClockWindow } from './clock-window.ts';

export interface ClockReading {
  /** The server's time is known well enough to play by it. */
  readonly synced: boolean;
  /** Server minus local, ms; null before the first answer. */
  readonly offsetMs: number | null;
  /** The fastest way there and back of the last minute, ms; null before the first answer. */
  readonly rttMs: number | null;
  /** By how much the offset may be wrong, ms: half the round trip, if all of it was on one way. */
  readonly errorMs: number | null;
}

/** What the server answered to `clock:ping`. */
export interface ClockAnswer {
  /** As it was sent. */
  readonly t0: number;
  /** The server's clock when the question arrived and when the answer left, ms since the Unix epoch. */
  readonly t1: number;
  readonly t2: number;
}

export interface Clock {
  /** A ping goes out now: its `t0`. */
  asked(): number;
  /** An answer has arrived, now or at local time `t3`. What makes no sense is ignored. */
  answered(answer: ClockAnswer, t3?: number): void;
  /** How long after this ping the next is due, ms. */
  nextPingInMs(): number;
  /** The server's time now, ms since the Unix epoch; null before the first answer. May be set back a little. */
  serverNow(): number | null;
  /** The server's time at a local time. */
  serverAt(localMs: number): number | null;
  reading(): ClockReading;
  /** Begins anew: after a reconnection the server may be another machine. Until it is known, the old offset serves. */
  restart(): void;
}

export interface ClockOptions {
  /** Monotonic, ms: `performance.now`. */
  readonly now: () => number;
  /** The machine's date, ms: `Date.now`. When it moves against `now`, the machine has slept or its clock was set. */
  readonly date?: () => number;
}

/** How long after the ping number `sent` (from 1) the next one is due, ms: 8 quickly, 21 soon, then now and then. */
export function pingIntervalMs(sent: number): number {
  if (sent < 8) return 100;
  return sent < 29 ? 250 : 2000;
}

const GOOD_SAMPLES = 4;
/** Then what there is must do: on a network that is never quick, waiting longer finds nothing better. */
const PATIENCE_MS = 2500;
/** As many samples count fully; the first ones are often slowed down while the page loads. */
const FULL_SAMPLES = 30;
const SLEW_MS = 5;
/** What is so far off was never measured well: better one correction of the player than a chase of half a minute. */
const JUMP_MS = 20;
/** After so long without an answer the clocks have drifted apart, and the network may be another. */
const GAP_MS = 30_000;
/** Browsers that protect their users round both clocks to 100 ms. */
const DATE_STEP_MS = 150;

export function createClock({ now, date }: ClockOptions): Clock {
  const window = new ClockWindow();
  /** In force: what the window says, or on its slow way there. */
  let offsetMs: number | null = null;
  /** The offset in force is from before the last start: old, but better than what one slow exchange says. */
  let inherited = false;
  let sent = 0;
  let received = 0;
  let startedMs = -Infinity;
  let firstMs = 0;
  let lastMs = 0;
  let dateOffsetMs: number | undefined;

  function startOver(offsetIs: 'old' | 'wrong'): void {
    window.clear();
    sent = 0;
    received = 0;
    startedMs = now();
    inherited = offsetIs === 'old' && offsetMs !== null;
  }

  /** The machine's date has moved against its monotonic clock: one of them was set, or one stood still. */
  function dateStepped(): boolean {
    if (date === undefined) return false;
    const before = dateOffsetMs;
    dateOffsetMs = date() - now();
    return before !== undefined && Math.abs(dateOffsetMs - before) > DATE_STEP_MS;
  }

  const synced = (): boolean =>
    received > 0 && (window.good() >= GOOD_SAMPLES || now() - firstMs >= PATIENCE_MS);

  function take(sample: ClockSample): void {
    window.add(sample);
    received += 1;
    if (received === 1) firstMs = sample.t3;
    lastMs = sample.t3;
    if (inherited && !synced()) return;
    inherited = false;
    const { offsetMs: estimated } = window.estimate(sample.t3);
    const fully = offsetMs === null || received <= FULL_SAMPLES || Math.abs(estimated - offsetMs) > JUMP_MS;
    offsetMs = fully ? estimated : towards(offsetMs ?? estimated, estimated, SLEW_MS);
  }

  function reading(): ClockReading {
    if (window.size === 0) return { synced: false, offsetMs, rttMs: null, errorMs: null };
    const estimate = window.estimate(now());
    const errorMs = estimate.errorMs + Math.abs(estimate.offsetMs - (offsetMs ?? 0));
    return { synced: synced(), offsetMs, rttMs: estimate.rttMs, errorMs };
  }

  const serverAt = (localMs: number): number | null => (offsetMs === null ? null : localMs + offsetMs);

  return {
    asked() {
      if (dateStepped()) startOver('wrong');
      sent += 1;
      return now();
    },
    answered({ t0, t1, t2 }, t3 = now()) {
      if (!(t3 >= t0 && t2 >= t1 && t2 - t1 <= t3 - t0 + 1)) return;
      if (dateStepped()) startOver('wrong');
      // What was asked before may have crossed the very step that made us start over.
      if (t0 < startedMs) return;
      const sample = { t0, t1, t2, t3 };
      if (received > 0 && t3 - lastMs > GAP_MS) startOver('old');
      else if (window.size > 0 && !window.agrees(sample)) return startOver('wrong');
      take(sample);
    },
    nextPingInMs: () => pingIntervalMs(sent),
    serverNow: () => serverAt(now()),
    serverAt,
    reading,
    restart: () => startOver('old'),
  };
}

const towards = (from: number, to: number, most: number): number => from + Math.max(-most, Math.min(most, to - from));
