import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alternate } from '../harness/alternate.ts';
import { ask, createSources, type Sources, warm } from '../harness/answers.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { signUp } from '../harness/fixtures.ts';
import { forgetRateLimits } from '../harness/redis-keys.ts';
import type { Goal, Row } from '../harness/result.ts';
import { openPeer, openPostgres, openRedisServer, openWatchParty } from '../harness/services.ts';
import { load } from '../harness/wrk.ts';

const NAME = 'http-profile';
const PATH = '/api/auth/profile';
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;

const CASES: readonly { readonly peer: 'node:http' | 'Express'; readonly goal: Goal }[] = [
  { peer: 'node:http', goal: { of: 'ratio', atLeast: 0.65 } },
  { peer: 'Express', goal: { of: 'ratio', atLeast: 4 } },
];

const usersOf = ({ quick }: Options): number => (quick ? 20 : 200);
/** Passwords are hashed at their full cost. */
const startSeconds = (options: Options): number => 8 + usersOf(options) / 8;
const secondsOf = ({ runs, seconds }: Options): number => 2 * WARM_UP_SECONDS + runs * 2 * (seconds + 0.2);
const firstOf = (tokenFile: string): string => readFileSync(tokenFile, 'utf8').split('\n')[0]!;

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, folder } = context;
  const users = usersOf(context);
  step(`${NAME}: servers and ${users} users`, startSeconds(context));
  const databaseUrl = await openPostgres(context);
  const redisUrl = await openRedisServer(context);
  const own = await openWatchParty(context, { databaseUrl, redisUrl, cache: 'on' });
  const tokenFile = await signUp(own, users, context);

  const answer = await warm(own + PATH, 'HIT', firstOf(tokenFile));
  const bodyFile = join(folder, 'profile.json');
  writeFileSync(bodyFile, answer.body);
  const peerTokenFile = join(folder, 'peer-tokens');
  const peers = {
    'node:http': { url: await openPeer(context, 'bare', bodyFile), tokenFile },
    Express: {
      url: await openPeer(context, 'express-sessions', bodyFile, redisUrl, peerTokenFile, `${users}`), tokenFile: peerTokenFile,
    },
  };
  for (const peer of Object.values(peers)) await ask(peer.url + PATH, firstOf(peer.tokenFile));

  const notes = [`${NAME}: GET ${PATH}, ${answer.body.length} bytes, ${users} users`];
  const rows: Row[] = [];
  const what = `${CONNECTIONS} connections, ${users} users`;
  for (const { peer, goal } of CASES) {
    step(`${NAME}: ${what}, to ${peer}`, secondsOf(context));
    const measure = async (of: { url: string; tokenFile: string }, duration = seconds, samples?: Sources) => {
      await forgetRateLimits(redisUrl);
      return load({ url: of.url + PATH, connections: CONNECTIONS, seconds: duration, tokenFile: of.tokenFile }, samples);
    };
    const ours = { url: own, tokenFile };
    await measure(ours, WARM_UP_SECONDS);
    await measure(peers[peer], WARM_UP_SECONDS);
    const sources = createSources();
    const comparison = await alternate(runs, {
      ours: () => measure(ours, seconds, sources),
      peer: () => measure(peers[peer]),
    });
    const { text, invalid } = sources.summary('HIT');
    notes.push(`${what}, to ${peer}: ${text}`);
    rows.push({
      bench: NAME, what, ours: 'WatchParty, strict, live session', peer, unit: 'requests/s', comparison, goal,
      ...(invalid !== undefined && { invalid }),
    });
  }
  return { rows, notes };
}

export const httpProfile: Bench = {
  name: NAME,
  title: 'A signed-in, cached GET /api/auth/profile through the whole server',
  plan: (options) => startSeconds(options) + CASES.length * secondsOf(options),
  run,
};
