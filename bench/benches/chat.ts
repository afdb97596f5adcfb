import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres, openRedisServer } from '../harness/services.ts';

const NAME = 'chat';
const CROWD = 256;
const ROOMS = 50;

interface Measure {
  readonly what: string;
  readonly atOnce: number;
  readonly figure: 'perSecond' | 'p50Ms';
  readonly unit: string;
  readonly peers: readonly { readonly side: string; readonly title: string; readonly goal: NonNullable<Row['goal']> }[];
}

const MEASURES: readonly Measure[] = [
  {
    what: `messages of ${CROWD} people at once in ${ROOMS} rooms`, atOnce: CROWD, figure: 'perSecond', unit: 'messages/s',
    peers: [
      { side: 'alone', title: 'a transaction for each', goal: { of: 'ratio', atLeast: 5 } },
      { side: 'insert', title: 'nothing but an INSERT for each', goal: { of: 'ratio', atLeast: 1.5 } },
    ],
  },
  {
    what: 'one message at a time, p50', atOnce: 1, figure: 'p50Ms', unit: 'ms',
    peers: [{ side: 'alone', title: 'a transaction for each', goal: { of: 'ratio', atMost: 1.2 } }],
  },
];

const roundSeconds = ({ seconds }: Options): number => 2 * (seconds + 4);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, cores } = context;
  const databaseUrl = await openPostgres(context, { durable: true });
  const redisUrl = await openRedisServer(context);
  const rows: Row[] = [];
  for (const { what, atOnce, figure, unit, peers } of MEASURES) {
    const side = (name: string) => () => runProgram<number>(cores.measured([
      process.execPath, programFile('chat'), name, databaseUrl, redisUrl, `${seconds}`, `${atOnce}`, figure,
    ]));
    for (const { side: peer, title, goal } of peers) {
      step(`${NAME}: ${what} beside ${title}`, runs * roundSeconds(context));
      rows.push({
        bench: NAME, what, ours: 'committed together', peer: title, unit,
        comparison: await alternate(runs, { ours: side('together'), peer: side(peer) }), goal,
      });
    }
  }
  return { rows, notes: [`${NAME}: PostgreSQL with fsync; ours checks membership, numbers without a gap and tells the room`] };
}

export const chat: Bench = {
  name: NAME,
  title: 'Messages said in rooms',
  plan: (options) => MEASURES.flatMap(({ peers }) => peers).length * options.runs * roundSeconds(options),
  run,
};
