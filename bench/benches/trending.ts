import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram, startProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres, openRedisServer } from '../harness/services.ts';
import { compare } from '../harness/statistics.ts';

const NAME = 'trending';
const SIDES = ['ours', 'rescan'] as const;
const GOALS = [{ figure: 'p50', atMost: 1 }, { figure: 'p99', atMost: 5 }] as const;
/** As events-fill.ts makes them. */
const PEOPLE = 20_000;
const PER_SECOND = 1000;
/** Fewer, and it was another load than is claimed. */
const LEAST_PER_SECOND = 900;

type Times = Readonly<Record<'p50' | 'p99', number>>;

const eventsOf = ({ quick }: Options): number => (quick ? 20_000 : 1_000_000);
const fillSeconds = ({ quick }: Options): number => (quick ? 5 : 90);
const lengthOf = ({ seconds, quick }: Options): number => (quick ? seconds : Math.max(5, seconds));
const roundSeconds = (options: Options): number => SIDES.length * (lengthOf(options) + 6);

async function run(context: Context): Promise<Outcome> {
  const { runs, step, cores } = context;
  const databaseUrl = await openPostgres(context);
  const redisUrl = await openRedisServer(context);
  const events = eventsOf(context);
  step(`${NAME}: filling tables with ${events.toLocaleString('en-US')} events`, fillSeconds(context));
  await runProgram([process.execPath, programFile('events-fill'), databaseUrl, `${events}`]);

  const times: Record<(typeof SIDES)[number], Times[]> = { ours: [], rescan: [] };
  const rates: number[] = [];
  for (let round = 0; round < runs; round += 1) {
    step(`${NAME}: round ${round + 1}`, roundSeconds(context));
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const answers = startProgram([process.execPath, programFile('answers'), databaseUrl, redisUrl, `${events}`, `${PEOPLE}`, `${PER_SECOND}`]);
      try {
        await answers.line();
        times[side].push(await runProgram<Times>(cores.measured(
          [process.execPath, programFile('trending'), side, databaseUrl, `${lengthOf(context)}`],
        )));
        answers.send('enough');
        const rate = Number(await answers.line());
        if (side === 'ours') rates.push(rate);
      } finally {
        await answers.stop();
      }
    }
  }
  const slowest = Math.min(...rates);
  const invalid = slowest < LEAST_PER_SECOND ? { invalid: `only ${Math.round(slowest)} answers/s came in` } : {};
  const rowOf = ({ figure, atMost }: (typeof GOALS)[number]): Row => ({
    bench: NAME, what: `top 20 with ${PER_SECOND.toLocaleString('en-US')} answers/s, ${figure}`, ours: 'scores', peer: 'a sort of all by their counts', unit: 'ms',
    comparison: compare(times.ours.map((own, round) => ({ ours: own[figure], peer: times.rescan[round]![figure] }))),
    goal: { of: 'ours', atMost }, ...invalid,
  });
  return { rows: GOALS.map(rowOf), notes: [`${NAME}: ${events.toLocaleString('en-US')} events, half of the questions around a place; ${Math.round(slowest)} answers/s at least`] };
}

export const trending: Bench = {
  name: NAME,
  title: 'What many people go to',
  plan: (options) => fillSeconds(options) + options.runs * roundSeconds(options),
  run,
};
