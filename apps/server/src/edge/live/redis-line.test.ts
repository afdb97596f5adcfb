import { openRedis, type RedisConnection } from '@watchparty/redis-kit/redis';
import { connectTo, startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { startCluster } from '@watchparty/redis-kit/test/redis-cluster';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Line, Word } from './line.ts';
import { createRedisLine } from './redis-line.ts';

let redis: TestRedis;
let keys = 0;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const WITHIN = { timeout: 15_000, interval: 10 };

type Settings = Parameters<typeof openRedis>[0];
const at = (url: string): Settings =>
  ({ kind: 'standalone', host: '127.0.0.1', port: Number(new URL(url).port), db: 0, tls: false, timeoutMs: 5000 });

interface Node {
  readonly line: Line;
  readonly heard: number[];
  readonly missed: () => number;
  readonly back: () => number;
  readonly ready: () => Promise<void>;
}

/** A node, and what it hears: the numbers that the others say. */
function open(key: string, settings = at(redis.url)): Node {
  const connections: [RedisConnection, RedisConnection] = [openRedis(settings), openRedis(settings, { profile: 'worker' })];
  const [publisher, reader] = connections;
  const line = createRedisLine({ publisher, reader, key, node: `node-${(keys += 1)}`, log: pino({ level: 'silent' }), blockMs: 200 });
  onTestFinished(async () => {
    await line.close();
    for (const connection of connections) await connection.close();
  });
  const heard: number[] = [];
  let missed = 0;
  let back = 0;
  line.listen({
    heard: (words) => heard.push(...words.map((word) => ('tell' in word ? (word.tell[2] as number) : -1))),
    missed: () => (missed += 1),
  });
  line.onBack(() => (back += 1));
  return {
    line, heard, missed: () => missed, back: () => back,
    async ready() {
      await expect.poll(() => connections.map((connection) => connection.status()), WITHIN).toEqual(['connected', 'connected']);
    },
  };
}

const word = (number: number): Word => ({ tell: ['room:1', 'chat:messages', number] });
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, nth) => from + nth);

/** A node begins to hear some time after it was opened: says zeroes until all hear. */
async function hearing(speaker: Node, ...others: readonly Node[]): Promise<void> {
  const before = others.map(({ heard }) => heard.length);
  await expect.poll(async () => {
    await speaker.line.say([word(0)]).catch(() => undefined);
    return others.every(({ heard }, nth) => heard.length > before[nth]!);
  }, WITHIN).toBe(true);
}

const withoutZeroes = ({ heard }: Node): number[] => heard.filter((number) => number !== 0);

test('[LV13] What one node says all others hear, once and in its order, and itself not', async () => {
  const key = `line-${(keys += 1)}`;
  const [a, b, c] = [open(key), open(key), open(key)];
  await hearing(a, b, c);
  await Promise.all(numbers(1, 500).map((number) => a.line.say([word(number)])));
  await expect.poll(() => [withoutZeroes(b), withoutZeroes(c)], WITHIN).toEqual([numbers(1, 500), numbers(1, 500)]);
  expect(a.heard).toEqual([]);
  await b.line.say([{ expel: ['room:1', [7]] }, { expel: ['room:1'] }]);
  await expect.poll(() => a.heard, WITHIN).toEqual([-1, -1]);
  expect([a, b, c].map((node) => node.missed())).toEqual([0, 0, 0]);
});

test('[LV13] A node whose connection breaks reads on where it stopped', async () => {
  const key = `line-${(keys += 1)}`;
  const [a, b] = [open(key), open(key)];
  await hearing(a, b);
  const own = connectTo(redis.url);
  onTestFinished(() => own.disconnect());
  for (const number of numbers(1, 30)) {
    // Every connection but the one that asks, those of other suites' servers never.
    if (number % 10 === 5) await own.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect.poll(() => a.line.say([word(number)]).then(() => true, () => false), WITHIN).toBe(true);
  }
  await expect.poll(() => new Set(withoutZeroes(b)), WITHIN).toEqual(new Set(numbers(1, 30)));
});

test('[LV16] [LV17] A Redis that comes back empty: who may have missed something is told, and hears again', { timeout: 60_000 }, async () => {
  const other = await startRedis();
  onTestFinished(() => other.stop());
  const key = `line-${(keys += 1)}`;
  const [a, b] = [open(key, at(other.url)), open(key, at(other.url))];
  await hearing(a, b);
  await other.kill();
  await expect.poll(() => a.line.say([word(0)]).then(() => 'said', () => 'refused'), WITHIN).toBe('refused');
  await other.restart();
  await hearing(a, b);
  await expect.poll(() => b.missed(), WITHIN).toBeGreaterThan(0);
  await a.line.say([word(1)]);
  await expect.poll(() => withoutZeroes(b), WITHIN).toEqual([1]);
  expect(a.back()).toBeGreaterThan(0);
});

test('[LV17] Redis away from the start: nothing waits for it, and the line stands when it comes', { timeout: 60_000 }, async () => {
  const other = await startRedis();
  onTestFinished(() => other.stop());
  await other.kill();
  const key = `line-${(keys += 1)}`;
  const [a, b] = [open(key, at(other.url)), open(key, at(other.url))];
  await expect(a.line.say([word(0)])).rejects.toThrow(/./);
  // This process is not kept from everything else.
  await new Promise((resolve) => setImmediate(resolve));
  await other.restart();
  await a.ready();
  await b.ready();
  await hearing(a, b);
});

test('[LV17] A silent Redis is waited for once, and then no more until it answers', { timeout: 60_000 }, async () => {
  const other = await startRedis();
  onTestFinished(() => other.stop());
  const key = `line-${(keys += 1)}`;
  const [a, b] = [open(key, { ...at(other.url), timeoutMs: 50 } as Settings), open(key, at(other.url))];
  await hearing(a, b);
  const backBefore = a.back();
  other.freeze();
  await expect(a.line.say([word(1)])).rejects.toThrow('did not answer');
  await expect(Promise.race([a.line.say([word(2)]), new Promise((resolve) => setImmediate(resolve, 'waits'))])).rejects.toThrow('away');
  other.thaw();
  await expect.poll(() => a.back(), WITHIN).toBe(backBefore + 1);
  await a.line.say([word(3)]);
  await expect.poll(() => b.heard.at(-1), WITHIN).toBe(3);
});

test('[LV16] Where a sender’s numbers skip, something was missed; what others write is left out', async () => {
  const key = `line-${(keys += 1)}`;
  const [a, b] = [open(key), open(key)];
  await hearing(a, b);
  const own = connectTo(redis.url);
  onTestFinished(() => own.disconnect());
  await own.xadd(key, '*', 'node', 'elsewhere', 'n', '4', 'words', '[]');
  await own.xadd(key, '*', 'what', 'is', 'this', '?');
  await own.xadd(key, '*', 'node', 'elsewhere', 'n', '5', 'words', '[{"shout":1}]');
  await own.xadd(key, '*', 'node', 'elsewhere', 'n', '5', 'words', '{');
  await a.line.say([word(1)]);
  await expect.poll(() => withoutZeroes(b), WITHIN).toEqual([1]);
  expect(b.missed()).toBe(0);
  await own.xadd(key, '*', 'node', 'elsewhere', 'n', '7', 'words', JSON.stringify([word(2)]));
  await expect.poll(() => withoutZeroes(b), WITHIN).toEqual([1, 2]);
  expect(b.missed()).toBe(1);
});

test('[LV17] The stream does not grow without end', { timeout: 60_000 }, async () => {
  const key = `line-${(keys += 1)}`;
  const a = open(key);
  await a.ready();
  for (let round = 0; round < 30; round += 1) await Promise.all(numbers(1, 500).map((number) => a.line.say([word(number)])));
  const own = connectTo(redis.url);
  onTestFinished(() => own.disconnect());
  expect(await own.xlen(key)).toBeLessThan(10_500);
});

test('[LV13] On a Redis Cluster too', { timeout: 90_000 }, async () => {
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const settings: Settings = { kind: 'cluster', nodes: cluster.ports.map((port) => ({ host: '127.0.0.1', port })), timeoutMs: 10_000 };
  const key = `line-${(keys += 1)}`;
  const [a, b] = [open(key, settings), open(key, settings)];
  await a.ready();
  await b.ready();
  await hearing(a, b);
  await Promise.all(numbers(1, 200).map((number) => a.line.say([word(number)])));
  await expect.poll(() => withoutZeroes(b), WITHIN).toEqual(numbers(1, 200));
});
