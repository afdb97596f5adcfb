/** Mean of as many checks. */
const CHECKS = 4;
const EXIT_MS = 4;
/** The error is made good in about this time, were the rate free. */
const HORIZON_MS = 700;
const MIN_NUDGE = 0.01;
const MAX_NUDGE = 0.03;
const STEP = 0.005;
/** A change of rate that is smaller is not worth the disturbance. */
const LEAST_CHANGE = 0.01;
/** Eased in: no single change is larger. */
const LARGEST_CHANGE = 0.02;
const LASTING_MS = 1500;
/** Players need time to take a new rate up; what they show meanwhile means nothing. */
const BLANK_MS = 250;
/** Checks further apart than this do not belong together: the tab slept, or its timers are throttled. */
const BROKEN_MS = 400;
/** So soon after a correction it takes twice the error to begin another one. */
const CALM_MS = 30_000;
const COARSEST_NUDGE = 0.25;
const JUMPINESS_WEIGHT = 1 / 16;
const LARGEST_JUMP_MS = 100;
const DEAD_ZONE_MS = 12;
/** Each change of rate may cost 25 ms. */
const DEAD_ZONE_KEEPING_PITCH_MS = 28;

interface Sample {
  readonly atMs: number;
  readonly errorMs: number;
}

export interface Regulation {
  /** Play at this part more (or less) than the room's rate: 0.01 is 1 % faster. */
  readonly nudge: number;
  /** Look again after this time at the latest, ms. */
  readonly againInMs: number;
}

/**
 * Keeps a playing player in step by small changes of its rate. Errors are in ms of time that people live through,
 * positive when the player is ahead.
 */
export class Regulator {
  #samples: readonly Sample[] = [];
  #nudge = 0;
  #blankUntilMs = -Infinity;
  #lastMs = -Infinity;
  /** The error when the rate changed last, for what the player shows is blank for a while. */
  #changed: Sample = { atMs: 0, errorMs: 0 };
  #calmUntilMs = -Infinity;
  /** How much one check differs from the next by itself, ms. */
  #jumpinessMs = 0;
  /** Grows when the player takes no small changes. */
  #finest = 0;

  get nudging(): boolean {
    return this.#nudge !== 0;
  }

  /** The player cannot change its rate by as little as a quarter. */
  get helpless(): boolean {
    return this.#finest > COARSEST_NUDGE;
  }

  /** Mean error of the last checks, null when there are too few. */
  get errorMs(): number | null {
    return this.#samples.length < CHECKS ? null : mean(this.#samples.map(({ errorMs }) => errorMs));
  }

  /** What came before says nothing about what comes. `blankMs`: nor what comes so soon. */
  restart(nowMs: number, blankMs: number): void {
    this.#samples = [];
    this.#nudge = 0;
    this.#blankUntilMs = nowMs + blankMs;
  }

  /** All is different from here on: the place, or the room's rate. Corrections may follow one another as needed. */
  begin(): void {
    this.#calmUntilMs = -Infinity;
    this.#finest = 0;
  }

  /** A check: `actual` is by which part the player really plays faster or slower than the room. */
  check(atMs: number, errorMs: number): void {
    if (atMs - this.#lastMs > BROKEN_MS) this.#samples = [];
    this.#lastMs = atMs;
    const before = this.#samples.at(-1);
    if (before !== undefined && this.#nudge === 0) {
      this.#jumpinessMs += (Math.min(Math.abs(errorMs - before.errorMs), LARGEST_JUMP_MS) - this.#jumpinessMs) * JUMPINESS_WEIGHT;
    }
    if (atMs >= this.#blankUntilMs) this.#samples = [...this.#samples, { atMs, errorMs }].slice(-CHECKS);
  }

  /** `settling`: right after a start corrections follow one another as needed. */
  regulate(nowMs: number, actual: number, { preservesPitch, settling }: { preservesPitch: boolean; settling: boolean }): Regulation {
    if (this.#nudge === 0) {
      const errorMs = this.errorMs;
      if (errorMs !== null && !this.helpless && Math.abs(errorMs) > this.#deadZoneMs(nowMs, preservesPitch, settling)) {
        this.#change(nowMs, errorMs, this.#wanted(errorMs));
      }
      return { nudge: this.#nudge, againInMs: Infinity };
    }
    const errorMs = this.#expected(nowMs, actual);
    if (nowMs >= this.#blankUntilMs && Math.abs(actual) < MIN_NUDGE / 4) {
      // The player did not take it. A coarser change may work; what can do nothing must not be tried for ever.
      this.#finest = Math.max(MAX_NUDGE, this.#finest) * 2;
      this.#change(nowMs, errorMs, 0);
    } else if (errorMs * this.#nudge >= 0 || Math.abs(errorMs) <= EXIT_MS) {
      this.#change(nowMs, errorMs, 0);
      this.#calmUntilMs = nowMs + CALM_MS;
    } else {
      const wanted = this.#wanted(errorMs);
      if (this.#samples.length >= 2 && this.#worthChanging(wanted, errorMs)) this.#change(nowMs, errorMs, wanted);
    }
    const leftMs = actual === 0 ? Infinity : Math.abs(errorMs / actual);
    return { nudge: this.#nudge, againInMs: this.#nudge === 0 ? Infinity : Math.max(20, leftMs) };
  }

  /** Most corrections are one rate and back: a faster one is for what would last, a slower one eases out of the fastest. */
  #worthChanging(wanted: number, errorMs: number): boolean {
    const by = Math.abs(wanted) - Math.abs(this.#nudge);
    if (by >= LEAST_CHANGE - 1e-9) return Math.abs(errorMs / this.#nudge) > LASTING_MS;
    return by <= -LEAST_CHANGE + 1e-9 && Math.abs(this.#nudge) > LARGEST_CHANGE;
  }

  #change(nowMs: number, errorMs: number, nudge: number): void {
    this.#nudge = nudge;
    this.#changed = { atMs: nowMs, errorMs };
    this.#samples = [];
    this.#blankUntilMs = nowMs + BLANK_MS;
  }

  /** The error now: measured, and carried on to now; before there is a measurement, as the change of rate should make it. */
  #expected(nowMs: number, actual: number): number {
    if (this.#samples.length < 2) return this.#changed.errorMs + actual * (nowMs - this.#changed.atMs);
    const atMs = mean(this.#samples.map((sample) => sample.atMs));
    return mean(this.#samples.map(({ errorMs }) => errorMs)) + actual * (nowMs - atMs);
  }

  #wanted(errorMs: number): number {
    const steps = Math.round(Math.abs(errorMs) / HORIZON_MS / STEP) * STEP;
    const fine = Math.max(MIN_NUDGE, Math.min(MAX_NUDGE, steps, Math.abs(this.#nudge) + LARGEST_CHANGE));
    const coarse = this.#finest > 0 ? Math.min(COARSEST_NUDGE, this.#finest) : 0;
    return -Math.sign(errorMs) * Math.max(fine, coarse);
  }

  #deadZoneMs(nowMs: number, preservesPitch: boolean, settling: boolean): number {
    const errors = this.#samples.map(({ errorMs }) => errorMs);
    // Positions that jump about say little about a small error: twice the jumps are four deviations of the mean of four.
    const noiseMs = Math.max((Math.max(...errors) - Math.min(...errors)) * 0.75, this.#jumpinessMs * 2);
    const zoneMs = Math.max(preservesPitch ? DEAD_ZONE_KEEPING_PITCH_MS : DEAD_ZONE_MS, noiseMs, this.#finest * 400);
    return settling || nowMs >= this.#calmUntilMs ? zoneMs : zoneMs * 2;
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
