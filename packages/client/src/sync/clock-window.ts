/** One exchange of four timestamps, in ms: t0 and t3 by the local clock, t1 and t2 by the server's. */
export interface ClockSample {
  /** Asked. */
  readonly t0: number;
  /** The question arrived. */
  readonly t1: number;
  /** The answer left. */
  readonly t2: number;
  /** The answer arrived. */
  readonly t3: number;
}

/** Between which values the offset (server minus local, ms) must lie, for no message arrives before it was sent. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

export interface Estimate {
  /** Server minus local, ms. */
  readonly offsetMs: number;
  /** The offset is wrong by this at most, whatever the network's asymmetry. */
  readonly errorMs: number;
  /** The fastest there, and the fastest back. */
  readonly rttMs: number;
}

const WINDOW_MS = 60_000;
/** Two clocks part by at most this much: quartz is good to 50 ppm, each way. */
const DRIFT = 100e-6;
/** They usually part by less: how much an old sample is trusted less, where the best guess is asked for, not the bound. */
const LIKELY_DRIFT = 30e-6;
/** How far samples may contradict each other before a clock must have been set: rounding, and virtual machines' whims. */
const TOLERANCE_MS = 5;
/** Samples this close to the fastest are good ones. */
const GOOD = 1.6;

const rttOf = ({ t0, t1, t2, t3 }: ClockSample): number => t3 - t0 - (t2 - t1);

/**
 * The samples of the last minute. The minimum of each direction is kept apart: a message that was quick on its way
 * there is of use even if the answer was slow, so half as many lucky exchanges are needed.
 */
export class ClockWindow {
  #samples: readonly ClockSample[] = [];

  get size(): number {
    return this.#samples.length;
  }

  clear(): void {
    this.#samples = [];
  }

  /** False when it cannot be true together with the others: a clock was set, or stood still. */
  agrees(sample: ClockSample): boolean {
    const { low, high } = this.#bounds(sample.t3, DRIFT);
    return sample.t2 - sample.t3 <= high + TOLERANCE_MS && sample.t1 - sample.t0 >= low - TOLERANCE_MS;
  }

  add(sample: ClockSample): void {
    const oldestMs = sample.t3 - WINDOW_MS;
    this.#samples = [...this.#samples.filter(({ t3 }) => t3 > oldestMs), sample];
  }

  /** Samples that took hardly longer than the fastest. */
  good(): number {
    const fastest = Math.min(...this.#samples.map(rttOf));
    return this.#samples.filter((sample) => rttOf(sample) <= fastest * GOOD + 1).length;
  }

  estimate(nowMs: number): Estimate {
    const likely = this.#bounds(nowMs, LIKELY_DRIFT);
    const sure = this.#bounds(nowMs, DRIFT);
    const offsetMs = (likely.low + likely.high) / 2;
    return {
      offsetMs,
      errorMs: Math.max(0, sure.high - offsetMs, offsetMs - sure.low),
      rttMs: Math.max(0, likely.high - likely.low),
    };
  }

  /** What a sample says wears off with its age, for the clocks drift. */
  #bounds(nowMs: number, drift: number): Bounds {
    let low = -Infinity;
    let high = Infinity;
    for (const { t0, t1, t2, t3 } of this.#samples) {
      // Each direction by itself: an answer to what was asked before the machine slept has an old half and a new one.
      low = Math.max(low, t2 - t3 - Math.max(0, nowMs - t3) * drift);
      high = Math.min(high, t1 - t0 + Math.max(0, nowMs - t0) * drift);
    }
    return { low, high };
  }
}
