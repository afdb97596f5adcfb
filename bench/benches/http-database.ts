import { readFileSync } from 'node:fs';
import { alternate } from '../harness/alternate.ts';
import { createSources, type Sources, warm } from '../harness/answers.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { fillTables, signUp } from '../harness/fixtures.ts';
import { forgetRateLimits } from '../harness/redis-keys.ts';
import type { Row } from '../harness/result.ts';
import { openPostgres, openRedisServer, openWatchParty } from '../harness/services.ts';
import { load } from '../harness/wrk.ts';

const NAME = 'http-database';
const FULL = { rooms: 100_000, movies: 100_000, messages: 1_000_000 };
const QUICK = { rooms: 5000, movies: 5000, messages: 50_000 };
const CONNECTIONS = 64;
const USERS = 20;
const WARM_UP_SECONDS = 1;

const CASES = [
  { path: '/api/rooms', who: 'anonymous', atLeast: 9 },
  { path: '/api/movies', who: 'anonymous', atLeast: 10 },
  { path: '/api/chat/1/messages', who: 'signed in', atLeast: 12 },
] as const;

const startSeconds = ({ quick }: Options): number => (quick ? 12 : 45);
const secondsOf = ({ runs, seconds }: Options): number => 2 * WARM_UP_SECONDS + runs * 2 * (seconds + 0.2);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, quick } = context;
  step(`${NAME}: a large database`, startSeconds(context));
  const databaseUrl = await openPostgres(context);
  const redisUrl = await openRedisServer(context);
  const cached = await openWatchParty(context, { databaseUrl, redisUrl, cache: 'on' });
  const uncached = await openWatchParty(context, { databaseUrl, redisUrl, cache: 'away' });
  const tokenFile = await signUp(cached, USERS, context);
  const [firstToken] = readFileSync(tokenFile, 'utf8').split('\n');
  await fillTables(databaseUrl, quick ? QUICK : FULL);

  const size = Object.entries(quick ? QUICK : FULL).map(([what, count]) => `${count.toLocaleString('en-US')} ${what}`);
  const notes = [`${NAME}: ${size.join(', ')}; ${CONNECTIONS} connections`];
  const rows: Row[] = [];
  for (const { path, who, atLeast } of CASES) {
    step(`${NAME}: ${path}`, secondsOf(context));
    const token = who === 'signed in' ? firstToken : undefined;
    await warm(cached + path, 'HIT', token);
    await warm(uncached + path, 'BYPASS', token);
    const [hits, bypasses] = [createSources(), createSources()];
    const measure = async (url: string, duration = seconds, sources?: Sources) => {
      await forgetRateLimits(redisUrl);
      return load(
        { url: url + path, connections: CONNECTIONS, seconds: duration, ...(token !== undefined && { tokenFile }) },
        sources,
      );
    };
    await measure(cached, WARM_UP_SECONDS);
    await measure(uncached, WARM_UP_SECONDS);
    const comparison = await alternate(runs, {
      ours: () => measure(cached, seconds, hits),
      peer: () => measure(uncached, seconds, bypasses),
    });
    const [ours, peer] = [hits.summary('HIT'), bypasses.summary('BYPASS')];
    const invalid = ours.invalid ?? peer.invalid;
    notes.push(`${path}: ${ours.text}; without its cache ${peer.text}`);
    rows.push({
      bench: NAME, what: `GET ${path}, ${who}`, ours: 'WatchParty, strict', peer: 'itself without its cache',
      unit: 'requests/s', comparison, goal: { of: 'ratio', atLeast }, ...(invalid !== undefined && { invalid }),
    });
  }
  return { rows, notes };
}

export const httpDatabase: Bench = {
  name: NAME,
  title: 'Cached to uncached on a large database',
  plan: (options) => startSeconds(options) + CASES.length * secondsOf(options),
  run,
};
