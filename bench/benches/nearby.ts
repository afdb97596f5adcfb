import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { programFile } from '../harness/paths.ts';
import { runProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres, openRedisServer, startWatchParty } from '../harness/services.ts';

const NAME = 'nearby';
const WINDOWS = [{ days: 1, title: 'a day' }, { days: 7, title: 'a week' }];
const PEERS = [{ side: 'knn', title: 'nearest neighbours by GiST' }, { side: 'box', title: 'earth_box by GiST, sorted' }];
const MOST_MS = 10;
const MOST_CACHED_MS = 2;

const eventsOf = ({ quick }: Options): number => (quick ? 20_000 : 1_000_000);
const fillSeconds = ({ quick }: Options): number => (quick ? 5 : 90);
const roundSeconds = ({ seconds }: Options): number => 2 * (seconds + 4);
/** Long enough for a hundredth that means something. */
const lengthOf = ({ seconds, quick }: Options): number => (quick ? seconds : Math.max(5, seconds));

async function run(context: Context): Promise<Outcome> {
  const { runs, step, cores } = context;
  const databaseUrl = await openPostgres(context);
  const events = eventsOf(context);
  step(`${NAME}: filling tables with ${events.toLocaleString('en-US')} events`, fillSeconds(context));
  await runProgram([process.execPath, programFile('events-fill'), databaseUrl, `${events}`]);
  const side = (name: string, address: string, days: number) => () => runProgram<number>(cores.measured([
    process.execPath, programFile('nearby'), name, address, `${days}`, `${lengthOf(context)}`,
  ]));
  const rows: Row[] = [];
  for (const { days, title } of WINDOWS) {
    for (const peer of PEERS) {
      step(`${NAME}: ${title} beside ${peer.title}`, runs * roundSeconds(context));
      rows.push({
        bench: NAME, what: `20 nearest within ${title}, p99`, ours: 'cells', peer: peer.title, unit: 'ms',
        comparison: await alternate(runs, { ours: side('ours', databaseUrl, days), peer: side(peer.side, databaseUrl, days) }),
        goal: { of: 'ours', atMost: MOST_MS },
      });
    }
  }
  const { url } = await startWatchParty(context, { databaseUrl, redisUrl: await openRedisServer(context), cache: 'on' });
  step(`${NAME}: from the cache`, runs * roundSeconds(context));
  rows.push({
    bench: NAME, what: '20 nearest within a week at 20 places, p99', ours: 'the server’s cached answer', peer: 'cells, from the database', unit: 'ms',
    comparison: await alternate(runs, { ours: side('served', url, 7), peer: side('ours', databaseUrl, 7) }),
    goal: { of: 'ours', atMost: MOST_CACHED_MS },
  });
  return { rows, notes: [`${NAME}: ${events.toLocaleString('en-US')} events, half in a dense region; radii from 25 to 500 km; a query that takes 2 s is ended and counts as 2 s`] };
}

export const nearby: Bench = {
  name: NAME,
  title: 'Events around a place',
  plan: (options) => fillSeconds(options) + (WINDOWS.length * PEERS.length + 1) * options.runs * roundSeconds(options),
  run,
};
