/** Of several runs: the middle, and how far they lay apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What one run measured of us and, right before or after it, of the peer. */
export interface Pair {
  readonly ours: number;
  readonly peer: number;
}

export interface Comparison {
  readonly runs: number;
  readonly ours: Spread;
  readonly peer: Spread;
  /** Ours to the peer's, run by run: what disturbs the machine for longer than a run disturbs both. */
  readonly ratio: Spread;
}

/** Throws a RangeError for no values, and for what is no number. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0 || !values.every(Number.isFinite)) {
    throw new RangeError(`No spread of ${JSON.stringify(values)}`);
  }
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index]!;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

export function compare(pairs: readonly Pair[]): Comparison {
  return {
    runs: pairs.length,
    ours: spreadOf(pairs.map(({ ours }) => ours)),
    peer: spreadOf(pairs.map(({ peer }) => peer)),
    ratio: spreadOf(pairs.map(({ ours, peer }) => ours / peer)),
  };
}
