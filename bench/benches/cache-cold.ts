import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { type Program, startProgram } from '../harness/program.ts';
import { openRedisServer } from '../harness/services.ts';

const NAME = 'cache-cold';
const PROCESSES = 4;
const READS = 10_000;

const planned = ({ runs }: Options): number => 3 + runs * 2;

async function start(context: Context, contender: string, redisUrl: string): Promise<() => Promise<number>> {
  const { cores, defer } = context;
  const programs: Program[] = Array.from({ length: PROCESSES }, () =>
    startProgram(cores.everywhere(
      [process.execPath, programFile('cold'), contender, redisUrl, `${READS / PROCESSES}`],
    )));
  for (const program of programs) defer(program.stop);
  for (const program of programs) await program.line();
  let key = 0;
  return async () => {
    key += 1;
    for (const program of programs) program.send(`bench-cold:${key}`);
    const loads = await Promise.all(programs.map(async (program) => Number(await program.line())));
    return loads.reduce((sum, count) => sum + count, 0);
  };
}

async function run(context: Context): Promise<Outcome> {
  const { runs, step } = context;
  step(`${NAME}: ${PROCESSES} processes`, planned(context));
  const redisUrl = await openRedisServer(context);
  const ours = await start(context, 'watchparty', redisUrl);
  const peer = await start(context, 'bentocache', redisUrl);
  const comparison = await alternate(runs, { ours, peer });
  return {
    rows: [{
      bench: NAME, what: `${READS.toLocaleString('en-US')} reads of a cold key over ${PROCESSES} processes`,
      ours: 'redis-kit, strict', peer: 'BentoCache', unit: 'loads', comparison, goal: { of: 'ours', atMost: 1 },
    }],
    notes: [],
  };
}

export const cacheCold: Bench = { name: NAME, title: 'Loads of a cold key', plan: planned, run };
