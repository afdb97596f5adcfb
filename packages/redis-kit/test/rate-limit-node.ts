/**
 * One node of a rate limit history, as a process of its own: asks at random, in bursts and pauses, and writes each
 * decision to stdout as a JSON line `[key, atMs, cost, allowed]`, with Redis's time.
 * Usage: node rate-limit-node.ts <redis url> <max> <windowMs> <seed> <durationMs>
 */
import { openConnection, ready } from './connection.ts';
import { seeded } from './history-random.ts';
import { createRateLimiter, createRedisRateLimitDriver, createScriptSender } from '../src/rate-limit/index.ts';

const [url = '', max = '', windowMs = '', seed = '', durationMs = ''] = process.argv.slice(2);
const random = seeded(Number(seed));
const upTo = (most: number): number => Math.floor(random() * (most + 1));

const connection = openConnection(url, { timeoutMs: 60_000 });
await ready(connection);
const lines: string[] = [];
const driver = createRedisRateLimitDriver({
  sender: createScriptSender(connection), clock: { now: () => Date.now() }, timeoutMs: 60_000,
  log: { warn: (_, message) => { throw new Error(message); }, info: () => {} },
  onDecided: (key, atMs, { allowed }, cost) => lines.push(JSON.stringify([key, atMs, cost, allowed])),
});
const { check } = createRateLimiter({ max: Number(max), windowMs: Number(windowMs), prefix: 'history' }, { driver });

const endsAt = performance.now() + Number(durationMs);
while (performance.now() < endsAt) {
  await Promise.all(Array.from({ length: 1 + upTo(20) }, () =>
    check(`subject-${upTo(2)}`, random() < 0.8 ? 1 : 1 + upTo(3))));
  // Mostly a little, sometimes about a window: then the others fill it, or it runs empty.
  await new Promise((resolve) => setTimeout(resolve, random() < 0.9 ? upTo(10) : upTo(Number(windowMs) * 1.2)));
}
await driver.close();
await connection.close();
process.stdout.write(lines.join('\n'));
