interface LatencyOptions {
  /** Believed before anything was measured, and never quite forgotten, ms. */
  readonly priorMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

const REMEMBERED = 4;

/** A latency of this player, learned: the median of the last four measurements and the prior, within limits. */
export class Latency {
  #measured: readonly number[] = [];
  readonly #options: LatencyOptions;

  constructor(options: LatencyOptions) {
    this.#options = options;
  }

  /** One bad start must not spoil the next: what lies outside of the limits counts as the limit. */
  learn(ms: number): void {
    const { minMs, maxMs } = this.#options;
    this.#measured = [...this.#measured, Math.max(minMs, Math.min(maxMs, ms))].slice(-REMEMBERED);
  }

  get ms(): number {
    const sorted = [...this.#measured, this.#options.priorMs].toSorted((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  }
}

/** What a player takes its time for. The priors are Chromium's on one machine; the rest is learned. */
export class Latencies {
  /** From `play()` until the position moves, after the position was set. */
  readonly playAfterSeek = new Latency({ priorMs: 80, minMs: 0, maxMs: 300 });
  /** The same, after nothing but a pause. */
  readonly playAfterPause = new Latency({ priorMs: 10, minMs: -20, maxMs: 150 });
  /** From a seek until the player could play, where it had the data. */
  readonly seekBuffered = new Latency({ priorMs: 60, minMs: 0, maxMs: 800 });
  /** The same, where it first had to fetch. */
  readonly seekCold = new Latency({ priorMs: 400, minMs: 50, maxMs: 3000 });
}
