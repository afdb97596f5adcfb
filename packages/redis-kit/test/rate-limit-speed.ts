/**
 * Decisions per second over a real Redis, 64 at a time, beside rate-limiter-flexible in the same run.
 * Usage: node packages/redis-kit/test/rate-limit-speed.ts [rounds]
 */
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { createRateLimiter, createRedisRateLimitDriver, createScriptSender } from '../src/rate-limit/index.ts';
import { openConnection, ready } from './connection.ts';
import { startRedis } from './redis.ts';

const CONCURRENT = 64;
const ROUND_MS = 1500;
const rounds = Number(process.argv[2] ?? 5);

const redis = await startRedis();
const ownConnection = openConnection(redis.url, { timeoutMs: 60_000 });
const peerConnection = openConnection(redis.url, { timeoutMs: 60_000 });
await Promise.all([ready(ownConnection), ready(peerConnection)]);
const driver = createRedisRateLimitDriver({
  sender: createScriptSender(ownConnection), clock: { now: () => Date.now() }, timeoutMs: 60_000,
  log: { warn: (_, message) => { throw new Error(message); }, info: () => {} },
});

async function perSecond(check: (subject: string) => Promise<unknown>, subjects: number): Promise<number> {
  let decided = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + ROUND_MS;
  await Promise.all(Array.from({ length: CONCURRENT }, async (_, i) => {
    for (let n = i; performance.now() < endsAt; n += CONCURRENT) {
      await check(`subject-${n % subjects}`);
      decided += 1;
    }
  }));
  return (decided / (performance.now() - startedAt)) * 1000;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

process.stdout.write('subjects  max         ours/s   rate-limiter-flexible/s  ratio [min..max]\n');
for (const subjects of [1, 1000]) {
  for (const max of [1_000_000_000, 100]) {
    const own = createRateLimiter({ max, windowMs: 900_000, prefix: `own-${max}` }, { driver });
    const peer = new RateLimiterRedis({
      storeClient: peerConnection.client!, points: max, duration: 900, keyPrefix: `peer-${max}`,
    });
    const pairs: [number, number][] = [];
    for (let round = 0; round < rounds; round += 1) {
      const ours = await perSecond((subject) => own.check(subject), subjects);
      pairs.push([ours, await perSecond((subject) => peer.consume(subject).catch(() => undefined), subjects)]);
    }
    const ratios = pairs.map(([ours, theirs]) => ours / theirs);
    process.stdout.write([
      `${subjects}`.padEnd(8), `${max}`.padEnd(10), median(pairs.map(([ours]) => ours)).toFixed(0).padStart(8),
      median(pairs.map(([, theirs]) => theirs)).toFixed(0).padStart(12).padEnd(23),
      `${median(ratios).toFixed(2)} [${Math.min(...ratios).toFixed(2)}..${Math.max(...ratios).toFixed(2)}]`,
    ].join('  ') + '\n');
  }
}
await driver.close();
await Promise.all([ownConnection.close(), peerConnection.close()]);
await redis.stop();
