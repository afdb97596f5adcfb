import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import { emptyRedis } from '../harness/redis-keys.ts';
import type { Row } from '../harness/result.ts';
import { openRedisServer } from '../harness/services.ts';
import { compare } from '../harness/statistics.ts';

const NAME = 'cache-tags';
const CONTENDERS = ['watchparty', 'bentocache', 'scan'] as const;
/** "The same", as far as single answers of Redis can be told apart. */
const THE_SAME = 1.25;

interface Times {
  readonly many: number;
  readonly one: number;
}

const keysOf = ({ quick }: Options): number => (quick ? 5000 : 100_000);
const roundSeconds = ({ quick }: Options): number => (quick ? 6 : 20);

async function run(context: Context): Promise<Outcome> {
  const { runs, step, cores } = context;
  const redisUrl = await openRedisServer(context);
  const keys = keysOf(context);
  const many = `${keys.toLocaleString('en-US')} keys`;
  const times: Record<(typeof CONTENDERS)[number], Times[]> = { watchparty: [], bentocache: [], scan: [] };
  for (let round = 0; round < runs; round += 1) {
    step(`${NAME}: round ${round + 1}`, roundSeconds(context));
    for (const name of round % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed()) {
      await emptyRedis(redisUrl);
      times[name].push(await runProgram<Times>(cores.measured(
        [process.execPath, programFile('tags'), name, redisUrl, `${keys}`],
      )));
    }
  }
  const { watchparty, bentocache, scan } = times;
  const row = (what: string, ours: string, peer: string, peerMs: (own: Times, round: number) => number): Row => ({
    bench: NAME, what, ours, peer, unit: 'ms',
    comparison: compare(watchparty.map((own, round) => ({ ours: own.many, peer: peerMs(own, round) }))),
  });
  return {
    rows: [
      {
        ...row(`invalidate a tag of ${many}`, 'redis-kit', 'itself with 1 key', ({ one }) => one),
        goal: { of: 'ratio', atMost: THE_SAME },
      },
      row(`invalidate a tag of ${many}`, 'redis-kit', 'BentoCache', (_own, round) => bentocache[round]!.many),
      row(`invalidate ${many}`, 'redis-kit, a tag', 'SCAN and UNLINK', (_own, round) => scan[round]!.many),
    ],
    notes: [`${NAME}: times, so the smaller ratio is the faster one`],
  };
}

export const cacheTags: Bench = {
  name: NAME,
  title: 'What it takes to invalidate a tag',
  plan: (options) => options.runs * roundSeconds(options),
  run,
};
