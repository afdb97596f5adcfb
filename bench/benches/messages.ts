import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres, openRedisServer } from '../harness/services.ts';

const NAME = 'messages';
const CROWD = 256;
const LONG = 1_000_000;

interface Measure {
  readonly what: string;
  readonly ours: string;
  readonly oursTitle: string;
  readonly atOnce: number;
  readonly figure: 'perSecond' | 'p50Ms';
  readonly unit: string;
  readonly peers: readonly { readonly side: string; readonly title: string; readonly goal: NonNullable<Row['goal']> }[];
}

const MEASURES: readonly Measure[] = [
  {
    what: `messages of ${CROWD} people at once, by twos`, ours: 'together', oursTitle: 'committed together', atOnce: CROWD, figure: 'perSecond', unit: 'messages/s',
    peers: [
      { side: 'alone', title: 'a transaction for each', goal: { of: 'ratio', atLeast: 5 } },
      { side: 'insert', title: 'nothing but an INSERT for each', goal: { of: 'ratio', atLeast: 5 } },
    ],
  },
  {
    what: 'one message at a time, p50', ours: 'together', oursTitle: 'a message', atOnce: 1, figure: 'p50Ms', unit: 'ms',
    peers: [{ side: 'insert', title: 'nothing but an INSERT for each', goal: { of: 'ratio', atMost: 1.2 } }],
  },
  {
    what: `a page of a conversation of ${LONG.toLocaleString('en-US')} messages, anywhere in it, p50`, atOnce: 1, figure: 'p50Ms', unit: 'ms',
    ours: 'open', oursTitle: 'by seq', peers: [{ side: 'offset', title: 'by OFFSET', goal: { of: 'ours', atMost: 5 } }],
  },
];

const roundSeconds = ({ seconds }: Options): number => 2 * (seconds + 4);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, cores } = context;
  const databaseUrl = await openPostgres(context, { durable: true });
  const redisUrl = await openRedisServer(context);
  const rows: Row[] = [];
  for (const { what, ours, oursTitle, atOnce, figure, unit, peers } of MEASURES) {
    const side = (name: string) => () => runProgram<number>(cores.measured([
      process.execPath, programFile(NAME), name, databaseUrl, redisUrl, `${seconds}`, `${atOnce}`, figure, `${LONG}`,
    ]));
    for (const { side: peer, title, goal } of peers) {
      step(`${NAME}: ${what} beside ${title}`, runs * roundSeconds(context));
      rows.push({
        bench: NAME, what, ours: oursTitle, peer: title, unit,
        comparison: await alternate(runs, { ours: side(ours), peer: side(peer) }), goal,
      });
    }
  }
  return { rows, notes: [`${NAME}: PostgreSQL with fsync; ours asks who may write, numbers without a gap, tells both and keeps it hot`] };
}

export const messages: Bench = {
  name: NAME,
  title: 'Direct messages',
  plan: (options) => MEASURES.flatMap(({ peers }) => peers).length * options.runs * roundSeconds(options),
  run,
};
