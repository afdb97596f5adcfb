import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile, serverFile } from '../harness/paths.ts';
import { runProgram, startProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres, openRedisServer } from '../harness/services.ts';

const NAME = 'jobs';
const WRITERS = 64;
const UNIT = 'jobs/s';

const ENQUEUE = [
  { peer: 'naive', title: 'INSERT, then queue.add', atLeast: 1.3 },
  { peer: 'bulk', title: 'BullMQ addBulk of 100', atLeast: 0.4 },
] as const;
const jobsOf = ({ quick }: Options) => ({ mail: quick ? 1000 : 8000, wait: quick ? 5000 : 40_000 });

const enqueueSeconds = ({ runs, seconds }: Options): number => runs * 2 * (seconds + 3);
const processSeconds = ({ runs, quick }: Options): number => runs * 2 * (quick ? 3 : 12);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, cores, defer } = context;
  const databaseUrl = await openPostgres(context, { durable: true });
  const redisUrl = await openRedisServer(context);
  const sink = startProgram([process.execPath, serverFile('smtp-sink')]);
  defer(sink.stop);
  const smtpPort = await sink.line();
  const measure = (program: string, ...args: (string | number)[]) => () =>
    runProgram<number>(cores.measured([process.execPath, programFile(program), ...args.map(String)]));

  const rows: Row[] = [];
  for (const { peer, title, atLeast } of ENQUEUE) {
    step(`${NAME}: enqueueing beside ${title}`, enqueueSeconds(context));
    rows.push({
      bench: NAME, what: `a change and its job, ${WRITERS} writers`, ours: 'outbox', peer: title, unit: UNIT,
      comparison: await alternate(runs, {
        ours: measure('jobs-enqueue', 'watchparty', databaseUrl, redisUrl, seconds, WRITERS),
        peer: measure('jobs-enqueue', peer, databaseUrl, redisUrl, seconds, WRITERS),
      }),
      goal: { of: 'ratio', atLeast },
    });
  }
  for (const [what, count] of Object.entries(jobsOf(context))) {
    step(`${NAME}: processing, ${what}`, processSeconds(context));
    const side = (name: string) => measure('jobs-process', name, what, databaseUrl, redisUrl, smtpPort, count);
    rows.push({
      bench: NAME, what: what === 'mail' ? 'jobs that send a mail by SMTP' : 'jobs that only wait for 2 ms',
      ours: 'recorded effects', peer: 'BullMQ', unit: UNIT,
      comparison: await alternate(runs, { ours: side('watchparty'), peer: side('bullmq') }),
      ...(what === 'mail' && { goal: { of: 'ratio' as const, atLeast: 0.9 } }),
    });
  }
  return { rows, notes: [`${NAME}: PostgreSQL with fsync; Redis without persistence`] };
}

export const jobs: Bench = {
  name: NAME,
  title: 'Jobs, from the change that needs them to their recorded effect',
  plan: (options) => ENQUEUE.length * enqueueSeconds(options) + Object.keys(jobsOf(options)).length * processSeconds(options),
  run,
};
