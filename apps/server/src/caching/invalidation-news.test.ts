import { createBus, createRedisBusDriver } from '@watchparty/redis-kit/bus';
import { createRedisStore } from '@watchparty/redis-kit/cache';
import { openRedis } from '@watchparty/redis-kit/redis';
import { connectTo, startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { pino } from 'pino';
import Type from 'typebox';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../config/index.ts';
import { declarePolicy } from '../kernel/cache-policy.ts';
import { createCaching } from './caching.ts';
import { createInvalidationNews } from './invalidation-news.ts';

const HOUR_MS = 3_600_000;
const log = pino({ level: 'silent' });
const figures = declarePolicy<{ id: number }>()({
  name: 'figures.one', key: 'cache:figures:{id}', tags: ['figures:{id}'], ttl: 'userAnalytics', freshness: { boundedMs: HOUR_MS }, shape: Type.Number(),
});

let redis: TestRedis;
let closing: (() => unknown)[];
beforeEach(async () => {
  redis = await startRedis();
  closing = [];
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  await redis.stop();
});

/** A node's cache, which tells and hears the others; `silent`: as one whose word is lost. */
async function openNode({ silent = false } = {}) {
  const config = loadConfig({ env: { NODE_ENV: 'test', REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '5000' }, cwd: '/nonexistent' });
  const [connection, subscriber] = [openRedis(config.cache.redis), openRedis(config.redis, { profile: 'subscriber' })];
  const bus = createBus({ driver: createRedisBusDriver({ publisher: connection, subscriber, name: 'test' }), log });
  const news = createInvalidationNews({ bus, policies: [figures], log });
  const { cache, reads } = createCaching({
    store: createRedisStore(connection), turn: connection.turn, ttlSeconds: config.cache.ttlSeconds, clock: { now: Date.now }, log,
    pending: async () => [], takeUp: async () => {}, ...(!silent && { publish: news.publish }),
  });
  await news.hear(cache);
  closing.push(() => connection.close(), () => subscriber.close(), () => bus.close(), () => cache.close(), () => news.close());
  await expect.poll(() => [cache.state, bus.connected()]).toEqual(['closed', true]);
  return { cache, read: (value: number) => reads.value(figures, { id: 7 }, async () => value) };
}

test('An invalidation on one node ends the bounded copies of another, long before their bound', async () => {
  const [a, b] = [await openNode(), await openNode()];
  await a.read(1);
  expect([await a.read(2), await b.read(2), await b.read(2)]).toEqual([1, 1, 1]);
  await a.cache.invalidate(['figures:8', 'something:7']);
  expect(await b.read(2)).toBe(1);
  await a.cache.invalidate(['figures:7']);
  expect(await a.read(2)).toBe(2);
  await expect.poll(() => b.read(3)).toBe(2);
  await b.cache.clear();
  await expect.poll(() => a.read(4)).toBe(4);
});

test('Who may have missed something confirms every bounded copy', async () => {
  const [a, b] = [await openNode({ silent: true }), await openNode()];
  await a.read(1);
  expect([await b.read(2), await b.read(2)]).toEqual([1, 1]);
  await a.cache.invalidate(['figures:7']);
  const knife = connectTo(redis.url);
  await knife.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  knife.disconnect();
  await expect.poll(() => b.read(2)).toBe(2);
});
