import type { Comparison } from './statistics.ts';

/** What a figure must reach to keep the project's word. */
export interface Goal {
  /** `ratio`: its median; `ours`: every single run of ours. */
  readonly of: 'ratio' | 'ours';
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Where we would like to be, beyond what must be. */
  readonly aim?: number;
}

/** One figure: ours beside that of a named peer, measured in the same run. */
export interface Row {
  /** Of the bench: `http-cached`. */
  readonly bench: string;
  /** What was done: `64 connections, 1,000 addresses`. */
  readonly what: string;
  /** Which of ours, where there are several: `strict`. */
  readonly ours: string;
  readonly peer: string;
  readonly unit: string;
  readonly comparison: Comparison;
  readonly goal?: Goal;
  /** Something makes the figure worthless, so it cannot reach its goal: the reason. */
  readonly invalid?: string;
}

export interface Verdict {
  readonly text: string;
  readonly wanted: string;
  readonly got: string;
  readonly ok: boolean;
}

/** Undefined for a row without a goal. */
export function verdictOf({ bench, what, ours, peer, unit, comparison, goal, invalid }: Row): Verdict | undefined {
  if (goal === undefined) return undefined;
  const { of, atLeast = -Infinity, atMost = Infinity, aim } = goal;
  const low = of === 'ratio' ? comparison.ratio.median : comparison.ours.min;
  const high = of === 'ratio' ? comparison.ratio.median : comparison.ours.max;
  const end = of === 'ratio' ? ' ×' : ` ${unit}`;
  const wanted = Number.isFinite(atLeast) ? `≥ ${atLeast}${end}` : `≤ ${atMost}${end}`;
  const got = `${figure(of === 'ratio' ? low : high)}${end}`;
  return {
    text: of === 'ratio' ? `${bench}, ${what}: ${ours} to ${peer}` : `${bench}, ${what}: ${ours}`,
    wanted: aim === undefined ? wanted : `${wanted} (aim: ${aim})`,
    got: invalid === undefined ? got : `${got}, but ${invalid}`,
    ok: invalid === undefined && low >= atLeast && high <= atMost,
  };
}

/** Three digits that matter; thousands apart. */
export function figure(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en-US', { minimumFractionDigits: Math.min(digits, 2), maximumFractionDigits: digits })
    .replace(/^(\d+)\.00$/, '$1');
}
