import type { BufferedRange, Player } from '../player.ts';
import type { World } from './world.ts';

export interface PlayerTraits {
  readonly seekBufferedMs: number;
  readonly seekColdMs: number;
  readonly playAfterSeekMs: number;
  readonly playAfterPauseMs: number;
  /** Each latency varies by this part, both ways. */
  readonly spread: number;
  /** Rates are rounded to multiples of this; 0: any rate. */
  readonly rateStep: number;
  /** Each change of rate moves the position by up to this, ms, either way. */
  readonly rateCostMs: number;
  readonly preservesPitch: boolean;
  /** Positions that are read are off by up to this, ms. */
  readonly noiseMs: number;
  /** Its clock against true time. */
  readonly ppm: number;
  /** Seconds that are fetched per second; infinite: all is there at once. */
  readonly fetchRate: number;
  readonly tellsBuffered: boolean;
  readonly duration: number | undefined;
  /** Positions can be set to multiples of this only, s; 0: anywhere. */
  readonly keyFrameSeconds: number;
}

const AHEAD_SECONDS = 30;

/** A player as bad as its traits: what it is told happens late, and what it shows is not quite true. */
export class SimPlayer implements Player {
  readonly #world: World;
  readonly #random: () => number;
  readonly #traits: PlayerTraits;
  readonly #changed: () => void;
  #position = 0;
  #since = 0;
  #moving = false;
  #wanted = false;
  #seeking = false;
  #stalled = false;
  #sought = true;
  #rate = 1;
  #buffer = { start: 0, end: 0, since: 0 };
  #generation = 0;

  /** How often it was told to. */
  readonly counts = { seeks: 0, rates: 0, plays: 0 };
  refuses = false;
  losesNextSeek = false;
  error: string | undefined;
  ready = true;

  constructor(world: World, random: () => number, traits: PlayerTraits, changed: () => void) {
    this.#world = world;
    this.#random = random;
    this.#traits = traits;
    this.#changed = changed;
    this.#buffer = { start: 0, end: Math.min(AHEAD_SECONDS, traits.fetchRate), since: world.now };
  }

  /** Without noise. */
  get truePosition(): number {
    this.#advance();
    return this.#position;
  }

  get position(): number {
    return this.truePosition + ((this.#random() * 2 - 1) * this.#traits.noiseMs) / 1000;
  }

  get rate(): number {
    return this.#rate;
  }

  get playing(): boolean {
    return this.#wanted;
  }

  get buffering(): boolean {
    this.#advance();
    return this.#seeking || this.#stalled || this.#bufferEnd() <= this.#position;
  }

  get ended(): boolean {
    return this.#traits.duration !== undefined && this.truePosition >= this.#traits.duration;
  }

  get duration(): number {
    return this.#traits.duration ?? Number.NaN;
  }

  get buffered(): readonly BufferedRange[] {
    return [{ start: this.#buffer.start, end: this.#bufferEnd() }];
  }

  get preservesPitch(): boolean {
    return this.#traits.preservesPitch;
  }

  seek(seconds: number): void {
    this.counts.seeks += 1;
    const { keyFrameSeconds, seekBufferedMs, seekColdMs, fetchRate } = this.#traits;
    const there = keyFrameSeconds === 0 ? seconds : Math.round(seconds / keyFrameSeconds) * keyFrameSeconds;
    const cold = there < this.#buffer.start || there > this.#bufferEnd() - 0.1;
    this.#advance();
    this.#moving = false;
    this.#position = there;
    this.#seeking = true;
    this.#sought = true;
    if (this.losesNextSeek) {
      this.losesNextSeek = false;
      return;
    }
    this.#after(cold ? seekColdMs : seekBufferedMs, () => {
      this.#seeking = false;
      if (cold) this.#buffer = { start: there, end: there + Math.min(AHEAD_SECONDS, fetchRate, 1), since: this.#world.now };
      this.#go();
      this.#changed();
    });
  }

  setRate(rate: number): void {
    this.counts.rates += 1;
    this.#advance();
    const { rateStep, rateCostMs } = this.#traits;
    const taken = rateStep === 0 ? rate : Math.max(rateStep, Math.round(rate / rateStep) * rateStep);
    if (taken !== this.#rate && this.#moving) this.#position += ((this.#random() * 2 - 1) * rateCostMs) / 1000;
    this.#rate = taken;
  }

  play(): Promise<void> | undefined {
    this.counts.plays += 1;
    if (this.refuses) return Promise.reject(Object.assign(new Error('a gesture first'), { name: 'NotAllowedError' }));
    this.#wanted = true;
    this.#go();
    return undefined;
  }

  pause(): void {
    this.#advance();
    this.#wanted = false;
    this.#moving = false;
  }

  /** It is somewhere else, for no reason. */
  shift(seconds: number): void {
    this.#advance();
    this.#position += seconds;
  }

  /** It plays on only after so long. */
  stall(ms: number): void {
    this.#advance();
    this.#moving = false;
    this.#stalled = true;
    this.#world.after(ms, () => {
      this.#stalled = false;
      this.#go();
      this.#changed();
    });
  }

  #go(): void {
    if (!this.#wanted || this.#seeking || this.#stalled || this.#moving) return;
    const { playAfterSeekMs, playAfterPauseMs } = this.#traits;
    const latencyMs = this.#sought ? playAfterSeekMs : playAfterPauseMs;
    this.#sought = false;
    this.#after(latencyMs, () => {
      if (!this.#wanted || this.#seeking || this.#stalled) return;
      this.#since = this.#world.now;
      this.#moving = true;
    });
  }

  /** Only the newest of what is under way still happens. */
  #after(ms: number, call: () => void): void {
    const generation = (this.#generation += 1);
    const { spread } = this.#traits;
    this.#world.after(ms * (1 + (this.#random() * 2 - 1) * spread), () => {
      if (generation === this.#generation) call();
    });
  }

  #bufferEnd(): number {
    const { fetchRate, duration = Infinity } = this.#traits;
    const fetched = this.#buffer.end + ((this.#world.now - this.#buffer.since) / 1000) * Math.min(fetchRate, 1e6);
    return Math.min(duration, Math.max(this.#buffer.end, Math.min(fetched, this.#position + AHEAD_SECONDS)));
  }

  #advance(): void {
    const ms = this.#world.now - this.#since;
    this.#since = this.#world.now;
    if (!this.#moving) return;
    const moved = (ms / 1000) * this.#rate * (1 + this.#traits.ppm * 1e-6);
    const end = Math.min(this.#bufferEnd(), this.#traits.duration ?? Infinity);
    this.#position = Math.max(this.#position, Math.min(this.#position + moved, end));
  }
}
