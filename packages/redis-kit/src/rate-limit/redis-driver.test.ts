import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../test/connect.ts';
import { openConnection, ready } from '../../test/connection.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { type RedisConnection } from '../redis/index.ts';
import { decodeReply, encodeCall, FORCE, RAISE } from './calls.ts';
import { describeRateLimitDriver, START_MS } from './contract-suite.ts';
import { createRateLimiter } from './limiter.ts';
import { createRedisRateLimitDriver } from './redis-driver.ts';
import { createScriptSender } from './script-sender.ts';
import { SlidingWindow } from './sliding-window.ts';
import { takeScript } from './take-script.ts';
import type { ScriptSender } from './types.ts';

const clock = { now: () => Date.now() };
const log = {
  warn: (fields: object, message: string) => {
    throw new Error(message, { cause: fields });
  },
  info: () => {},
};

let redis: TestRedis;
let shared: RedisConnection;
beforeAll(async () => {
  redis = await startRedis();
  shared = openConnection(redis.url);
  await ready(shared);
});
afterAll(async () => {
  await shared.close();
  await redis.stop();
});

describeRateLimitDriver('Redis', async () => {
  await shared.client!.flushall();
  const time = { nowMs: START_MS };
  const driver = createRedisRateLimitDriver({
    sender: createScriptSender(shared), clock, log, timeoutMs: 10_000, redisNowMs: () => time.nowMs,
  });
  return { time, driver };
});

/** A sender that keeps what it sends. */
function recording(connection: RedisConnection): ScriptSender & { calls: string[][] } {
  const sender = createScriptSender(connection);
  const calls: string[][] = [];
  return {
    ...sender, calls, script: (script, keys, args) => (calls.push([...keys]), sender.script(script, keys, args)),
  };
}

function raise(window: SlidingWindow, total: number, windowMs: number, nowMs: number): void {
  const missing = total - window.total(windowMs, nowMs);
  if (missing > 0) window.add(missing, windowMs, nowMs);
}

test('RL1 RL2 the script counts as the local window does, whatever is asked and however the clock goes', async () => {
  const { client } = await connect(redis.url);
  const step = fc.record({
    waitMs: fc.oneof(fc.integer({ min: -30, max: 300 }), fc.integer({ min: -3000, max: 3000 })),
    rule: fc.constantFrom(
      { max: 20, windowMs: 1000 }, { max: 5, windowMs: 1000 }, { max: 20, windowMs: 100 }, { max: 500, windowMs: 1900 },
    ),
    cost: fc.integer({ min: 1, max: 7 }),
    times: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(FORCE, RAISE)),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const key = `lockstep:${run += 1}`;
      const window = new SlidingWindow();
      let nowMs = START_MS;
      for (const { waitMs, rule, cost, times } of steps) {
        nowMs += waitMs;
        const { keys, args } = encodeCall([{ key, rule, cost, times }], nowMs);
        const reply = await client!.callBuffer('EVAL', takeScript.lua, 1, ...keys, ...args);
        const { atMs, takings: [taking] } = decodeReply(reply, 1);
        expect(atMs).toBe(nowMs);
        if (times === FORCE) window.add(cost, rule.windowMs, nowMs);
        else if (times === RAISE) raise(window, cost, rule.windowMs, nowMs);
        else expect(taking).toEqual(window.take(rule, cost, times, nowMs));
      }
    }),
    { numRuns: 100 },
  );
});

test('RL4 a subject takes the same little memory for any max, and nothing after its window', async () => {
  const { client } = await connect(redis.url);
  const bytes = [];
  for (const max of [1_000, 2_000_000_000]) {
    const rule = { max, windowMs: 900_000 };
    const key = `ratelimit:memory:${max}`;
    for (let i = 0; i < 3000; i += 1) {
      const { keys, args } = encodeCall([{ key, rule, cost: Math.floor(max / 1000), times: 1 }], START_MS + i * 900);
      await client!.callBuffer('EVAL', takeScript.lua, 1, ...keys, ...args);
    }
    expect(await client!.strlen(key)).toBeLessThanOrEqual(4 + 8 * 66);
    bytes.push(await client!.memory('USAGE', key));
  }
  expect(bytes[0]).toBe(bytes[1]);
  expect(bytes[0]).toBeLessThan(1024);

  await client!.callBuffer('EVAL', takeScript.lua, 1, 'ratelimit:memory:once', '', 100, 900_000, 1, 1);
  expect(await client!.memory('USAGE', 'ratelimit:memory:once')).toBeLessThan(128);
  const label = (await client!.getBuffer('ratelimit:memory:once'))!.readUInt32BE(4);
  const livesMs = (await client!.pexpiretime('ratelimit:memory:once')) % 2 ** 32 - label;
  expect(livesMs).toBeGreaterThan(900_001);
  expect(livesMs).toBeLessThan(901_000);
  await client!.callBuffer('EVAL', takeScript.lua, 1, 'ratelimit:memory:short', '', 100, 50, 1, 1);
  await expect.poll(() => client!.exists('ratelimit:memory:short')).toBe(0);
});

test('RL4 rules of different windows that take turns at one subject do not make it grow', async () => {
  const { client } = await connect(redis.url);
  const rules = [{ max: 1e9, windowMs: 50 }, { max: 1e9, windowMs: 1_000_000 }];
  for (let i = 0; i < 600; i += 1) {
    const item = { key: 'ratelimit:memory:turns', rule: rules[i % 2]!, cost: 1, times: 1 };
    const { keys, args } = encodeCall([item], START_MS + i * 20);
    await client!.callBuffer('EVAL', takeScript.lua, 1, ...keys, ...args);
  }
  expect(await client!.strlen('ratelimit:memory:turns')).toBeLessThanOrEqual(4 + 8 * (51 + 66));
});

test('RL5 a turn is one call, with one item for equal checks', async () => {
  const sender = recording(await connect(redis.url));
  const driver = createRedisRateLimitDriver({ sender, clock, log, timeoutMs: 10_000 });
  const one = createRateLimiter({ max: 100, windowMs: 1000, prefix: 'one' }, { driver });
  const other = createRateLimiter({ max: 5, windowMs: 1000, prefix: 'other' }, { driver });
  const decisions = await Promise.all([
    ...Array.from({ length: 7 }, () => one.check('ann')),
    one.check('bob'),
    ...Array.from({ length: 7 }, () => other.check('ann')),
  ]);
  expect(decisions.filter(({ allowed }) => !allowed)).toHaveLength(2);
  expect(decisions.every(({ source }) => source === 'redis')).toBe(true);
  expect(sender.calls).toEqual([['ratelimit:one:ann', 'ratelimit:one:bob', 'ratelimit:other:ann']]);
});

test('RL5 a turn of thousands is cut, so that no call keeps Redis busy', async () => {
  const sender = recording(await connect(redis.url));
  const driver = createRedisRateLimitDriver({ sender, clock, log, timeoutMs: 10_000 });
  const { check } = createRateLimiter({ max: 1, windowMs: 1000, prefix: 'many' }, { driver });
  const decisions = await Promise.all(Array.from({ length: 2400 }, (_, i) => check(`${i % 1200}`)));
  expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(1200);
  expect(sender.calls.map(({ length }) => length)).toEqual([500, 500, 200]);
});

test('RL12 time is the server’s, whatever this node’s clock says', async () => {
  const driver = createRedisRateLimitDriver({
    sender: createScriptSender(shared), clock: { now: () => 5 }, log, timeoutMs: 10_000,
  });
  const { check } = createRateLimiter({ max: 1, windowMs: 900_000, prefix: 'clock' }, { driver });
  await check('ann');
  const [seconds] = await shared.client!.time();
  expect((await check('ann')).retryAfterMs).toBeGreaterThan(800_000);
  const [label] = [(await shared.client!.getBuffer('ratelimit:clock:ann'))!.readUInt32BE(4)];
  expect(Math.abs(((Number(seconds) * 1000) % 2 ** 32) - label)).toBeLessThan(60_000);
});

test('RL8 a script that Redis has forgotten is sent again', async () => {
  const driver = createRedisRateLimitDriver({ sender: createScriptSender(shared), clock, log, timeoutMs: 10_000 });
  const { check } = createRateLimiter({ max: 3, windowMs: 60_000, prefix: 'forgotten' }, { driver });
  await check('ann');
  await shared.client!.script('FLUSH');
  expect(await check('ann')).toMatchObject({ source: 'redis', remaining: 1 });
});

test('RL6 what somebody else wrote to a key is no count, and breaks nothing', async () => {
  const driver = createRedisRateLimitDriver({ sender: createScriptSender(shared), clock, log, timeoutMs: 10_000 });
  const { check } = createRateLimiter({ max: 3, windowMs: 60_000, prefix: 'foreign' }, { driver });
  await shared.client!.set('ratelimit:foreign:ann', '17');
  expect(await check('ann')).toMatchObject({ source: 'redis', remaining: 2 });
});

