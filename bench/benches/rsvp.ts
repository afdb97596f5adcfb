import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres, openRedisServer } from '../harness/services.ts';

const NAME = 'rsvp';
const CROWD = 256;

interface Measure {
  readonly what: string;
  readonly events: number;
  /** 0: as many as come. */
  readonly capacity: number;
  readonly goal: NonNullable<Row['goal']>;
}

const MEASURES: readonly Measure[] = [
  { what: `answers of ${CROWD} people at once to one event of 10 seats`, events: 1, capacity: 10, goal: { of: 'ours', atLeast: 1000 } },
  { what: `answers of ${CROWD} people at once to 50 events`, events: 50, capacity: 0, goal: { of: 'ours', atLeast: 1000 } },
];

const roundSeconds = ({ seconds }: Options): number => 2 * (seconds + 4);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, cores } = context;
  const databaseUrl = await openPostgres(context, { durable: true });
  const redisUrl = await openRedisServer(context);
  const rows: Row[] = [];
  for (const { what, events, capacity, goal } of MEASURES) {
    const side = (name: string) => () => runProgram<number>(cores.measured([
      process.execPath, programFile('rsvp'), name, databaseUrl, redisUrl, `${seconds}`, `${CROWD}`, `${events}`, `${capacity}`,
    ]));
    step(`${NAME}: ${what}`, runs * roundSeconds(context));
    rows.push({
      bench: NAME, what, ours: 'committed together', peer: 'each counts under the event’s lock, then inserts', unit: 'answers/s',
      comparison: await alternate(runs, { ours: side('together'), peer: side('naive') }), goal,
    });
  }
  return {
    rows,
    notes: [
      `${NAME}: PostgreSQL with fsync; ours asks who may answer, keeps the waiting list, promotes, tells those promoted and ends what is `
      + 'cached, the peer does nothing of this',
    ],
  };
}

export const rsvp: Bench = {
  name: NAME,
  title: 'Answers to events',
  plan: (options) => MEASURES.length * options.runs * roundSeconds(options),
  run,
};
