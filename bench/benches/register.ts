import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import { openPostgres, openRedisServer } from '../harness/services.ts';
import { compare } from '../harness/statistics.ts';

const NAME = 'register';

interface Times {
  readonly withMail: number;
  readonly without: number;
}

const countOf = ({ quick }: Options): number => (quick ? 500 : 2000);
const roundSeconds = ({ quick }: Options): number => (quick ? 5 : 12);

async function run(context: Context): Promise<Outcome> {
  const { runs, step, cores } = context;
  const databaseUrl = await openPostgres(context);
  const redisUrl = await openRedisServer(context);
  const rounds: Times[] = [];
  for (let round = 0; round < runs; round += 1) {
    step(`${NAME}: round ${round + 1}`, roundSeconds(context));
    rounds.push(await runProgram<Times>(cores.measured(
      [process.execPath, programFile('register'), databaseUrl, redisUrl, `${countOf(context)}`],
    )));
  }
  return {
    rows: [{
      bench: NAME, what: 'a registration, p99', ours: 'with its welcome mail', peer: 'the same without', unit: 'ms',
      comparison: compare(rounds.map(({ withMail, without }) => ({ ours: withMail, peer: without }))),
      goal: { of: 'ratio', atMost: 1.2 },
    }],
    notes: [`${NAME}: times, so the smaller ratio is the faster one; mails are sent meanwhile, into files`],
  };
}

export const register: Bench = {
  name: NAME,
  title: 'What a registration waits for its welcome mail',
  plan: (options) => options.runs * roundSeconds(options),
  run,
};
