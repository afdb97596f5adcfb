import { type Comparison, compare, type Pair } from './statistics.ts';

interface Sides {
  readonly ours: () => Promise<number>;
  readonly peer: () => Promise<number>;
}

/** Measures both sides `runs` times, one right after the other, taking turns in going first. */
export async function alternate(runs: number, { ours, peer }: Sides): Promise<Comparison> {
  const pairs: Pair[] = [];
  for (let run = 0; run < runs; run += 1) {
    if (run % 2 === 0) {
      const first = await ours();
      pairs.push({ ours: first, peer: await peer() });
    } else {
      const first = await peer();
      pairs.push({ peer: first, ours: await ours() });
    }
  }
  return compare(pairs);
}
