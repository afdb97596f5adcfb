export type Values = readonly (number | null)[];

interface Timed {
  readonly at: readonly number[];
  readonly intervalSeconds: number;
}

/** Counts of each stretch of time as counts per second. */
export function perSecond({ at, intervalSeconds }: Timed, counts: readonly number[]): number[] {
  return counts.map((count, nth) => {
    const seconds = nth === 0 ? intervalSeconds : (at[nth]! - at[nth - 1]!) / 1000;
    // A gap is one that the node slept through: nothing tells how long it took.
    return count / (seconds > 0 && seconds < 10 * intervalSeconds ? seconds : intervalSeconds);
  });
}

export const perMinute = (timed: Timed, counts: readonly number[]): number[] => perSecond(timed, counts).map((value) => value * 60);

/** In percent, of each stretch; null where there was neither. */
export const shares = (some: readonly number[], others: readonly number[]): (number | null)[] =>
  some.map((count, nth) => percent(count, others[nth]!));

export const percent = (some: number, others: number): number | null => (some + others === 0 ? null : (100 * some) / (some + others));

export const total = (counts: Values): number => counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);

/** Several lists of the same length, place by place. */
export const addUp = (lists: readonly Values[], length: number): number[] =>
  Array.from({ length }, (_, nth) => lists.reduce((sum, list) => sum + (list[nth] ?? 0), 0));

/** The last that was measured. */
export const latest = (values: Values): number | null => values.findLast((value) => value !== null) ?? null;

const known = (values: Values): number[] => values.filter((value) => value !== null);

/** What somebody who sees no picture is told of one. Undefined: there is nothing to tell. */
export function summary(values: Values): { readonly now: number | null; readonly low: number; readonly high: number } | undefined {
  const all = known(values);
  if (all.length === 0) return undefined;
  return { now: values.at(-1) ?? null, low: Math.min(...all), high: Math.max(...all) };
}

/** At most so many places, spread over all, the last among them. */
export function spread(length: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(length / most));
  return Array.from({ length: Math.ceil(length / step) }, (_, nth) => length - 1 - nth * step).toReversed();
}
