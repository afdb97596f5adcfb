import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../test/connect.ts';
import { breaches, type Entry } from '../../test/ledger.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';

const node = fileURLToPath(new URL('../../test/rate-limit-node.ts', import.meta.url));

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

async function history(rule: { max: number; windowMs: number }, seed: number): Promise<Map<string, Entry[]>> {
  const nodes = Array.from({ length: 4 }, (_, i) =>
    promisify(execFile)(process.execPath, [node, redis.url, `${rule.max}`, `${rule.windowMs}`, `${seed + i}`, '3000'],
      { maxBuffer: 1e9 }));
  const lines = (await Promise.all(nodes)).flatMap(({ stdout }) => stdout.split('\n').filter(Boolean));
  const entries = lines.map((line) => {
    const [key, atMs, cost, allowed] = JSON.parse(line) as [string, number, number, boolean];
    return { key, atMs, cost, allowed };
  });
  // Within a millisecond the order over the nodes is unknown: admitted first suits either rule.
  entries.sort((a, b) => a.atMs - b.atMs || Number(b.allowed) - Number(a.allowed));
  return Map.groupBy(entries, ({ key }) => key);
}

test.each([{ max: 25, windowMs: 300 }, { max: 60, windowMs: 700 }])(
  'RL1 RL2 over 4 processes no window of $windowMs ms holds more than $max, and what fits is admitted',
  async (rule) => {
    await (await connect(redis.url)).client!.flushall();
    const seed = Math.floor(Math.random() * 2 ** 31);
    const subjects = await history(rule, seed);
    expect(subjects.size, `seed ${seed}`).toBe(3);
    for (const entries of subjects.values()) {
      expect(breaches(entries, rule), `seed ${seed}`).toEqual([]);
      // More than one window's worth, and more than it held: else the rules were not tried.
      const admitted = entries.reduce((sum, { allowed, cost }) => sum + (allowed ? cost : 0), 0);
      expect(admitted, `seed ${seed}`).toBeGreaterThan(rule.max);
      expect(entries.some(({ allowed }) => !allowed), `seed ${seed}`).toBe(true);
    }
  },
);

test('the ledger finds what a fixed window lets through: nearly twice its limit', async () => {
  const { client } = await connect(redis.url);
  const rule = { max: 10, windowMs: 60_000 };
  const peer = new RateLimiterRedis({
    storeClient: client!, points: rule.max, duration: rule.windowMs / 1000, keyPrefix: 'peer',
  });
  const entries: Entry[] = [];
  const ask = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i += 1) {
      const allowed = await peer.consume('ann').then(() => true, () => false);
      entries.push({ atMs: Date.now(), cost: 1, allowed });
    }
  };
  await ask(1);
  // As if 59.8 s had passed: its window began with its first key, and ends with it.
  await client!.pexpire('peer:ann', 200);
  await ask(12);
  await expect.poll(() => client!.exists('peer:ann'), { interval: 5 }).toBe(0);
  await ask(12);
  expect(entries.filter(({ allowed }) => allowed)).toHaveLength(20);
  expect(breaches(entries, rule)).toHaveLength(10);
});

test('the ledger finds a limiter that refuses too early', () => {
  const admitted = { atMs: 0, cost: 10, allowed: true };
  const rule = { max: 10, windowMs: 1000 };
  expect(breaches([admitted, { atMs: 1020, cost: 1, allowed: false }], rule)).toEqual([]);
  expect(breaches([admitted, { atMs: 1021, cost: 1, allowed: false }], rule)).toHaveLength(1);
  expect(breaches([admitted, { atMs: 1000, cost: 1, allowed: true }], rule)).toHaveLength(1);
  expect(breaches([admitted, { atMs: 1001, cost: 1, allowed: true }], rule)).toEqual([]);
});
