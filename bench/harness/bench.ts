import type { Cores } from './cores.ts';
import type { Row } from './result.ts';

export interface Options {
  /** Pairs per figure. */
  readonly runs: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Little data and few runs: shows that the bench works, measures nothing. */
  readonly quick: boolean;
}

export interface Context extends Options {
  readonly cores: Cores;
  /** Says what begins now, planned to take `seconds`. */
  readonly step: (what: string, seconds: number) => void;
  /** Undone in reverse when the bench has ended, also by an error. */
  readonly defer: (close: () => unknown) => void;
  /** A temporary folder. */
  readonly folder: string;
}

export interface Outcome {
  readonly rows: readonly Row[];
  /** What a reader of the figures should know. */
  readonly notes: readonly string[];
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  /** How long it will take, in seconds: the sum of its steps. */
  plan(options: Options): number;
  run(context: Context): Promise<Outcome>;
}
