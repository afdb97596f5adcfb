import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres } from '../harness/services.ts';

const NAME = 'friends';
const MOST_MS = 5;

const MEASURES: readonly (Pick<Row, 'what' | 'ours' | 'peer' | 'goal'> & { readonly side: string; readonly peerSide: string })[] = [
  {
    what: '50 friends that two with 5,000 each share, p99', side: 'mutual', ours: 'one walk along the index',
    peerSide: 'each', peer: 'a query for each friend', goal: { of: 'ours', atMost: MOST_MS },
  },
  {
    what: 'people by a name with mistakes, p99', side: 'search', ours: 'trigrams, friends first', peerSide: 'ilike', peer: 'ilike, without mistakes',
  },
];

const peopleOf = ({ quick }: Options): number => (quick ? 15_000 : 100_000);
const fillSeconds = ({ quick }: Options): number => (quick ? 5 : 25);
const roundSeconds = ({ seconds }: Options): number => 2 * (seconds + 3);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, cores } = context;
  const databaseUrl = await openPostgres(context);
  const people = peopleOf(context);
  step(`${NAME}: filling tables with ${people.toLocaleString('en-US')} people`, fillSeconds(context));
  await runProgram([process.execPath, programFile('friends-fill'), databaseUrl, `${people}`]);
  const side = (name: string) => () => runProgram<number>(cores.measured([
    process.execPath, programFile('friends'), name, databaseUrl, `${people}`, `${seconds}`,
  ]));
  const rows: Row[] = [];
  for (const { side: ours, peerSide, ...row } of MEASURES) {
    step(`${NAME}: ${row.what}`, runs * roundSeconds(context));
    rows.push({ bench: NAME, unit: 'ms', ...row, comparison: await alternate(runs, { ours: side(ours), peer: side(peerSide) }) });
  }
  return { rows, notes: [`${NAME}: ${people.toLocaleString('en-US')} people with names in two alphabets`] };
}

export const friends: Bench = {
  name: NAME,
  title: 'Friends in common, people by name',
  plan: (options) => fillSeconds(options) + MEASURES.length * options.runs * roundSeconds(options),
  run,
};
