import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../test/connect.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { createRateLimiter, type RateLimiter } from './limiter.ts';
import { createRedisRateLimitDriver } from './redis-driver.ts';
import { createScriptSender } from './script-sender.ts';
import type { RedisConnection } from '../redis/index.ts';
import type { Decision, ScriptSender } from './types.ts';

const clock = { now: () => Date.now() };
const RULE = { max: 10, windowMs: 600_000, prefix: 'test' };

let redis: TestRedis;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => redis.stop());

interface Node extends Omit<RateLimiter, 'ask'> {
  readonly connection: RedisConnection;
  readonly warnings: string[];
  readonly news: string[];
  ask(times: number): Promise<Decision[]>;
}

interface NodeOptions {
  readonly timeoutMs?: number;
  readonly wrap?: (sender: ScriptSender) => ScriptSender;
}

async function openNode(options: NodeOptions = {}): Promise<Node> {
  const { timeoutMs = 5000, wrap = (sender) => sender } = options;
  const warnings: string[] = [];
  const news: string[] = [];
  const connection = await connect(redis.url, { timeoutMs: 60_000 });
  const driver = createRedisRateLimitDriver({
    sender: wrap(createScriptSender(connection)), clock, timeoutMs, probeEveryMs: 20,
    log: { warn: (_, message) => warnings.push(message), info: (_, message) => news.push(message) },
  });
  onTestFinished(() => driver.close());
  const limiter = createRateLimiter(RULE, { driver });
  return {
    ...limiter, connection, warnings, news,
    ask: (times) => Promise.all(Array.from({ length: times }, () => limiter.check('ann'))),
  };
}

const sources = (decisions: readonly Decision[]): string[] => [...new Set(decisions.map(({ source }) => source))];
const admitted = (decisions: readonly Decision[]): number => decisions.filter(({ allowed }) => allowed).length;
const backAgain = async (node: Node): Promise<void> => {
  await expect.poll(() => node.news.length, { timeout: 10_000 }).toBe(1);
};

test('RL8 killed: goes on with what Redis told last, and warns once', async () => {
  const [one, other] = [await openNode(), await openNode()];
  await one.ask(2);
  await other.ask(3);
  expect(sources(await one.ask(1))).toEqual(['redis']);
  await redis.kill();
  const decisions = [...await one.ask(3), ...await one.ask(3)];
  expect(sources(decisions)).toEqual(['local']);
  expect(decisions.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
    [true, 3], [true, 2], [true, 1], [true, 0], [false, 0], [false, 0],
  ]);
  expect(decisions.at(-1)!.retryAfterMs).toBeGreaterThan(500_000);
  expect(one.warnings).toEqual(['Redis operation failed: rate limits; until it is back, this node limits by itself']);
});

test('RL8 away from the start: limits by itself', async () => {
  const node = await openNode();
  await redis.kill();
  expect(admitted(await node.ask(15))).toBe(10);
  expect(admitted(await node.ask(15))).toBe(0);
});

test('RL9 back without its data: Redis gets what was known before and admitted since', async () => {
  const [one, other] = [await openNode(), await openNode()];
  await one.ask(4);
  await redis.kill();
  await one.ask(3);
  await redis.restart();
  await backAgain(one);
  expect(sources(await one.ask(1))).toEqual(['redis']);
  await expect.poll(async () => (await other.check('ann')).source).toBe('redis');
  // 4 + 3 + 1, and what the other node has just asked for.
  expect(admitted(await one.ask(10)) + 8).toBeLessThan(10);
  expect(admitted(await other.ask(10))).toBe(0);
});

test('RL9 a restart between two checks, which nobody noticed, gives nobody a second budget', async () => {
  const node = await openNode();
  expect(admitted(await node.ask(7))).toBe(7);
  const status = async (wanted: string): Promise<void> => {
    await expect.poll(() => node.connection.status(), { timeout: 10_000 }).toBe(wanted);
  };
  await redis.kill();
  await status('disconnected');
  await redis.restart();
  await status('connected');
  const decisions = await node.ask(10);
  expect(node.warnings).toEqual([]);
  expect(sources(decisions)).toEqual(['redis']);
  expect(admitted(decisions)).toBe(3);
});

test('RL8 RL9 frozen: the first waits its time, the next not at all; afterwards nothing counts twice', async () => {
  const node = await openNode({ timeoutMs: 400 });
  const other = await openNode();
  await expect.poll(async () => (await node.ask(1))[0]!.source).toBe('redis');
  const { remaining } = await other.check('ann');
  redis.freeze();
  const askedAt = performance.now();
  const asked = node.ask(1);
  // A second call on its way: its failure is the same outage.
  await new Promise((resolve) => setImmediate(resolve));
  const [[first], [second]] = await Promise.all([asked, node.ask(1)]);
  expect([first, second]).toMatchObject([{ allowed: true, source: 'local' }, { allowed: true, source: 'local' }]);
  expect(performance.now() - askedAt).toBeGreaterThanOrEqual(399);
  let immediates = 0;
  setImmediate(() => (immediates += 1));
  expect(sources(await node.ask(2))).toEqual(['local']);
  expect(immediates).toBe(0);
  expect(node.warnings).toHaveLength(1);
  redis.thaw();
  await backAgain(node);
  // The first two of the four reached Redis and were counted there when it went on.
  expect((await other.check('ann')).remaining).toBe(remaining - 4 - 1);
});

test('RL8 answers that keep coming too late count as an outage, one warning long', async () => {
  let delayMs = 0;
  const wrap = (sender: ScriptSender): ScriptSender => ({
    ...sender,
    async script(...call) {
      const reply = await sender.script(...call);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return reply;
    },
  });
  let calls = 0;
  const counted = (sender: ScriptSender): ScriptSender => {
    const slow = wrap(sender);
    return { ...slow, script: (...call) => ((calls += 1), slow.script(...call)) };
  };
  const node = await openNode({ timeoutMs: 400, wrap: counted });
  delayMs = 600;
  await node.ask(1);
  const probesFrom = calls;
  await expect.poll(() => calls, { timeout: 10_000 }).toBeGreaterThan(probesFrom + 2);
  expect(sources(await node.ask(1))).toEqual(['local']);
  expect([node.warnings.length, node.news.length]).toEqual([1, 0]);
  delayMs = 0;
  await backAgain(node);
  expect((await node.ask(1))[0]!).toMatchObject({ source: 'redis', remaining: 7 });
});

test('RL9 news that do not arrive are told again', async () => {
  let mode: 'fine' | 'away' | 'lose news' = 'fine';
  let lost = 0;
  const wrap = (sender: ScriptSender): ScriptSender => ({
    ...sender,
    async script(script, keys, args) {
      // The times of the first item: below 0 in news, 0 in a probe.
      if (mode === 'lose news' && Number.parseInt(String(args[4]), 10) < 0) {
        lost += 1;
        mode = 'fine';
        throw new Error('Connection is closed.');
      }
      if (mode === 'away') throw new Error('Connection is closed.');
      return sender.script(script, keys, args);
    },
  });
  const node = await openNode({ wrap });
  const other = await openNode();
  mode = 'away';
  expect(sources(await node.ask(4))).toEqual(['local']);
  await other.ask(3);
  mode = 'lose news';
  await expect.poll(() => node.news.length, { timeout: 10_000 }).toBe(2);
  expect(lost).toBe(1);
  expect((await node.ask(1))[0]).toMatchObject({ source: 'redis', remaining: 2 });
  expect((await other.ask(1))[0]).toMatchObject({ source: 'redis', remaining: 1 });
});

test('RL8 an answer that is none of the script’s is an outage', async () => {
  const node = await openNode({ wrap: (sender) => ({ ...sender, script: async () => 'OK' }) });
  expect((await node.ask(1))[0]).toMatchObject({ allowed: true, source: 'local' });
  expect(node.warnings).toHaveLength(1);
});

test('RL13 closed: what waits is decided, later checks too, and nothing goes on', async () => {
  const connection = await connect(redis.url);
  const quiet = { warn: () => {}, info: () => {} };
  const driver = createRedisRateLimitDriver({ sender: createScriptSender(connection), clock, log: quiet });
  const { check } = createRateLimiter(RULE, { driver });
  const waiting = check('ann');
  await driver.close();
  expect(await waiting).toMatchObject({ allowed: true, source: 'local' });
  expect(await check('ann')).toMatchObject({ remaining: 8, source: 'local' });
  expect(await connection.client!.dbsize()).toBe(0);
});
