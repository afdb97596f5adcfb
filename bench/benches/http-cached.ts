import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alternate } from '../harness/alternate.ts';
import { ask, createSources, type Sources, warm } from '../harness/answers.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { fillTables, signUp } from '../harness/fixtures.ts';
import { forgetRateLimits } from '../harness/redis-keys.ts';
import type { Goal, Row } from '../harness/result.ts';
import { openPeer, openPostgres, openRedisServer, openWatchParty } from '../harness/services.ts';
import { load } from '../harness/wrk.ts';

const NAME = 'http-cached';
const PATH = '/api/rooms';
const SIZES = { rooms: 1000, movies: 1000, messages: 1000 };
const START_SECONDS = 10;
const WARM_UP_SECONDS = 1;

interface Case {
  readonly peer: 'node:http' | 'Express' | 'Fastify + BentoCache';
  readonly connections: number;
  readonly addresses: number;
  readonly goal?: Goal;
}

const CASES: readonly Case[] = [
  { peer: 'node:http', connections: 64, addresses: 1, goal: { of: 'ratio', atLeast: 0.8, aim: 0.9 } },
  { peer: 'node:http', connections: 64, addresses: 1000, goal: { of: 'ratio', atLeast: 0.65, aim: 0.75 } },
  { peer: 'node:http', connections: 8, addresses: 1, goal: { of: 'ratio', atLeast: 0.5 } },
  { peer: 'node:http', connections: 8, addresses: 1000, goal: { of: 'ratio', atLeast: 0.5 } },
  { peer: 'Express', connections: 64, addresses: 1, goal: { of: 'ratio', atLeast: 4 } },
  { peer: 'Express', connections: 64, addresses: 1000, goal: { of: 'ratio', atLeast: 4 } },
  { peer: 'Fastify + BentoCache', connections: 64, addresses: 1, goal: { of: 'ratio', atLeast: 1.7 } },
];

const secondsOf = ({ runs, seconds }: Options): number => 2 * WARM_UP_SECONDS + runs * 2 * (seconds + 0.2);

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, folder } = context;
  step(`${NAME}: servers`, START_SECONDS);
  const databaseUrl = await openPostgres(context);
  const redisUrl = await openRedisServer(context);
  const own = await openWatchParty(context, { databaseUrl, redisUrl, cache: 'on' });
  await signUp(own, 1, context);
  await fillTables(databaseUrl, SIZES);

  const answer = await warm(own + PATH, 'HIT');
  const bodyFile = join(folder, 'rooms.json');
  writeFileSync(bodyFile, answer.body);
  const peers = {
    'node:http': await openPeer(context, 'bare', bodyFile),
    Express: await openPeer(context, 'express', bodyFile, redisUrl),
    'Fastify + BentoCache': await openPeer(context, 'fastify-bentocache', bodyFile, redisUrl),
  };
  for (const url of Object.values(peers)) await ask(url + PATH);

  const notes = [`${NAME}: GET ${PATH}, ${answer.body.length} bytes`];
  const rows: Row[] = [];
  for (const { peer, connections, addresses, goal } of CASES) {
    const from = addresses === 1 ? 'one address' : `${addresses.toLocaleString('en-US')} addresses`;
    const what = `${connections} connections, ${from}`;
    step(`${NAME}: ${what}, to ${peer}`, secondsOf(context));
    const measure = async (url: string, duration = seconds, samples?: Sources) => {
      await forgetRateLimits(redisUrl);
      return load({ url: url + PATH, connections, addresses, seconds: duration }, samples);
    };
    await measure(own, WARM_UP_SECONDS);
    await measure(peers[peer], WARM_UP_SECONDS);
    const sources = createSources();
    const comparison = await alternate(runs, {
      ours: () => measure(own, seconds, sources),
      peer: () => measure(peers[peer]),
    });
    const { text, invalid } = sources.summary('HIT');
    notes.push(`${what}, to ${peer}: ${text}`);
    rows.push({
      bench: NAME, what, ours: 'WatchParty, strict', peer, unit: 'requests/s', comparison,
      ...(goal && { goal }), ...(invalid !== undefined && { invalid }),
    });
  }
  return { rows, notes };
}

export const httpCached: Bench = {
  name: NAME,
  title: 'A cached GET /api/rooms through the whole server',
  plan: (options) => START_SECONDS + CASES.length * secondsOf(options),
  run,
};
