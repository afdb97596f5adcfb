import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { openRedisServer } from '../harness/services.ts';

const NAME = 'limiter';
const OURS = 'redis-kit';
const PEER = 'rate-limiter-flexible';
const CONCURRENCY = 64;
const SUBJECTS = [1, 1000];
const MAX = 100;

const rateSeconds = ({ runs, seconds }: Options): number => runs * 2 * (seconds + 1);
const cyclesOf = ({ quick }: Options): number => (quick ? 1 : 3);
const burstSeconds = (options: Options): number => options.runs * 2 * (cyclesOf(options) * 2.4 + 0.5);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, cores } = context;
  const redisUrl = await openRedisServer(context);
  const measure = (program: string, limiter: string, ...args: number[]) => () =>
    runProgram<number>(
      cores.measured([process.execPath, programFile(program), limiter, redisUrl, ...args.map(String)]),
    );

  const rows: Row[] = [];
  for (const subjects of SUBJECTS) {
    const who = subjects === 1 ? 'one subject' : `${subjects.toLocaleString('en-US')} subjects`;
    const what = `${who}, ${CONCURRENCY} at once`;
    step(`${NAME}: ${what}`, rateSeconds(context));
    const comparison = await alternate(runs, {
      ours: measure('limiter-rate', 'watchparty', seconds, CONCURRENCY, subjects),
      peer: measure('limiter-rate', 'flexible', seconds, CONCURRENCY, subjects),
    });
    rows.push({
      bench: NAME, what, ours: OURS, peer: PEER, unit: 'decisions/s', comparison, goal: { of: 'ratio', atLeast: 1 },
    });
  }
  step(`${NAME}: bursts`, burstSeconds(context));
  rows.push({
    bench: NAME, what: `admitted at most in any window, ${MAX} allowed`, ours: OURS, peer: PEER, unit: 'admitted',
    comparison: await alternate(runs, {
      ours: measure('limiter-bursts', 'watchparty', cyclesOf(context)),
      peer: measure('limiter-bursts', 'flexible', cyclesOf(context)),
    }),
    goal: { of: 'ours', atMost: MAX },
  });
  return { rows, notes: [] };
}

export const limiter: Bench = {
  name: NAME,
  title: 'Decisions of the rate limiter, and how exact they are',
  plan: (options) => SUBJECTS.length * rateSeconds(options) + burstSeconds(options),
  run,
};
