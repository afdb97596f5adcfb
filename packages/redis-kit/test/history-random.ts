/** Numbers in [0, 1) that a seed determines (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The run's seed: `HISTORY_SEED` where somebody replays one. */
export function runSeed(env: Readonly<Record<string, string | undefined>>): number {
  return env['HISTORY_SEED'] === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(env['HISTORY_SEED']);
}

/** Integers from `low` to `high`, both included. */
export const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));
