import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import type { Goal, Row } from '../harness/result.ts';
import { openRedisServer } from '../harness/services.ts';

const NAME = 'cache-hits';

interface Case {
  readonly what: string;
  readonly ours: readonly [label: string, contender: string];
  readonly peer: readonly [label: string, contender: string];
  readonly concurrency: number;
  readonly goal?: Goal;
}

const BOUNDED = ['redis-kit, bounded', 'watchparty-bounded'] as const;
const STRICT = ['redis-kit, strict', 'watchparty-strict'] as const;

const CASES: readonly Case[] = [
  {
    what: 'hit in the process', ours: BOUNDED, peer: ['BentoCache', 'bentocache'], concurrency: 1,
    goal: { of: 'ratio', atLeast: 2 },
  },
  {
    what: 'hit in the process', ours: BOUNDED, peer: ['BentoCache, unserialized', 'bentocache-unserialized'],
    concurrency: 1,
  },
  {
    what: 'hit in the process', ours: BOUNDED, peer: ['cacheable', 'cacheable'], concurrency: 1,
    goal: { of: 'ratio', atLeast: 2 },
  },
  {
    what: 'fresh hit, 64 at once', ours: STRICT, peer: ['BentoCache in Redis', 'bentocache-redis'], concurrency: 64,
    goal: { of: 'ratio', atLeast: 3 },
  },
];

/** A process starts, connects and warms up. */
const OVERHEAD_SECONDS = 1;
const secondsOf = ({ runs, seconds }: Options): number => runs * 2 * (seconds + OVERHEAD_SECONDS);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, cores } = context;
  const redisUrl = await openRedisServer(context);
  const rows: Row[] = [];
  for (const { what, ours: [ours, own], peer: [peer, other], concurrency, goal } of CASES) {
    step(`${NAME}: ${what}, to ${peer}`, secondsOf(context));
    const measure = (contender: string) => () => runProgram<number>(cores.measured(
      [process.execPath, programFile('hits'), contender, redisUrl, `${seconds}`, `${concurrency}`],
    ));
    const comparison = await alternate(runs, { ours: measure(own), peer: measure(other) });
    rows.push({ bench: NAME, what, ours, peer, unit: 'hits/s', comparison, ...(goal && { goal }) });
  }
  return { rows, notes: [] };
}

export const cacheHits: Bench = {
  name: NAME,
  title: 'Hits of the cache alone',
  plan: (options) => CASES.length * secondsOf(options),
  run,
};
