/** Where a player was, or which of the film's moments was on the screen: true ms and seconds, in order of time. */
export type Track = readonly (readonly [atMs: number, position: number])[];

/** Of many figures, the largest of the lower `part`; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/** Between two samples positions run evenly. Undefined outside of the track. */
function positionAt(track: Track, atMs: number): number | undefined {
  const after = firstFrom(track, atMs);
  const [next, before] = [track[after], track[after - 1]];
  if (next === undefined) return undefined;
  if (before === undefined) return next[0] === atMs ? next[1] : undefined;
  const part = (atMs - before[0]) / (next[0] - before[0]);
  return before[1] + (next[1] - before[1]) * part;
}

/** The newest frame that was due. */
const frameAt = (track: Track, atMs: number): number | undefined => track[firstFrom(track, atMs + 1e-6) - 1]?.[1];

function firstFrom(track: Track, atMs: number): number {
  let low = 0;
  let high = track.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track[middle]![0] < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

const GRID_MS = 100;

/** How far each two of the viewers are apart at each tenth of a second, ms, to a tenth. */
export function skewsOf(tracks: readonly Track[], { fromMs, untilMs }: Span, kind: 'media' | 'frames'): number[] {
  const at = kind === 'media' ? positionAt : frameAt;
  const skews: number[] = [];
  for (let ms = fromMs; ms <= untilMs; ms += GRID_MS) {
    const positions = tracks.map((track) => at(track, ms)).filter((position) => position !== undefined);
    for (const [index, one] of positions.entries()) {
      for (const other of positions.slice(index + 1)) skews.push(Math.round(Math.abs(one - other) * 1e4) / 10);
    }
  }
  return skews;
}

/**
 * From when on the player stays within `withinMs` of where it should be, for a second; Infinity if it does not. `target`
 * says where that is at a true time.
 */
export function settledAt(track: Track, fromMs: number, target: (atMs: number) => number, withinMs: number): number {
  let since: number | undefined;
  for (const [atMs, position] of track.slice(firstFrom(track, fromMs))) {
    const good = Math.abs(position - target(atMs)) * 1000 <= withinMs;
    if (!good) since = undefined;
    else since ??= atMs;
    if (since !== undefined && atMs - since >= 1000) return since;
  }
  return Infinity;
}
