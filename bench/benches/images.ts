import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';

const NAME = 'images';

/** A process starts and makes its photo. */
const OVERHEAD_SECONDS = 3;
const secondsOf = ({ runs, seconds }: Options): number => runs * 2 * (seconds + OVERHEAD_SECONDS);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, cores } = context;
  step(`${NAME}: to bare sharp`, secondsOf(context));
  const measure = (contender: string) => () =>
    runProgram<number>(cores.measured([process.execPath, programFile('images'), contender, `${seconds}`]));
  const comparison = await alternate(runs, { ours: measure('watchparty'), peer: measure('sharp') });
  const what = 'three variants of a photo of 3 megapixels';
  return {
    rows: [{
      bench: NAME, what, ours: 'WatchParty', peer: 'bare sharp', unit: 'avatars/s', comparison,
      goal: { of: 'ratio', atLeast: 0.9 },
    }],
    notes: [],
  };
}

export const images: Bench = { name: NAME, title: 'Variants of avatars', plan: secondsOf, run };
