import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTo, startRedis, type TestRedis } from '../../test/redis.ts';
import { openRedis } from '../redis/index.ts';
import { createCache } from './cache.ts';
import { createCacheService } from './service.ts';
import { createMemoryStore } from './stores/memory.ts';
import { createRedisStore } from './stores/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const log = { debug: () => {}, warn: () => {} };

async function open(kind: 'memory' | 'Redis', now = Date.now) {
  const connection = openRedis({ kind: 'standalone', host: '127.0.0.1', port: Number(new URL(redis.url).port), db: 0, tls: false, timeoutMs: 5000 });
  const cache = createCache({ store: kind === 'memory' ? createMemoryStore() : createRedisStore(connection), log, now });
  await expect.poll(() => cache.state, { timeout: 10_000 }).toBe('closed');
  const close = async (): Promise<void> => {
    await cache.close();
    await connection.close();
  };
  return { service: createCacheService(cache), close };
}

describe.each(['memory', 'Redis'] as const)('The cache service on %s', (kind) => {
  test('gives back what was set, until it is set anew, deleted, cleared or its time is up', async () => {
    let nowMs = Date.now();
    const { service, close } = await open(kind, () => nowMs);
    expect(await service.getCache('message:1')).toBeUndefined();
    await service.setCache('message:1', { text: 'Привет' }, 5);
    await service.setCache('message:2', [1, null], 60);
    expect(await service.getCache('message:1')).toEqual({ text: 'Привет' });
    await service.setCache('message:1', 'other', 5);
    expect(await service.getCache('message:1')).toBe('other');
    expect((await service.getKeysByPattern('message:*')).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['message:1', 'message:2']);
    nowMs += 6000;
    expect(await service.getCache('message:1')).toBeUndefined();
    expect(await service.getCache('message:2')).toEqual([1, null]);
    await service.deleteCache('message:2');
    expect(await service.getCache('message:2')).toBeUndefined();
    await service.setCache('message:3', true, 60);
    await service.clearAll();
    expect(await service.getCache('message:3')).toBeUndefined();
    await close();
  });
});

test('What one process has set or deleted holds in others at once, and is readable in Redis', async () => {
  const [one, other] = [await open('Redis'), await open('Redis')];
  const client = connectTo(redis.url);
  await one.service.setCache('shared', { from: 'one' }, 60);
  expect(await client.get('shared')).toContain('{"from":"one"}');
  expect(await other.service.getCache('shared')).toEqual({ from: 'one' });
  await other.service.setCache('shared', { from: 'other' }, 60);
  expect(await one.service.getCache('shared')).toEqual({ from: 'other' });
  await one.service.deleteCache('shared');
  expect(await other.service.getCache('shared')).toBeUndefined();
  client.disconnect();
  await one.close();
  await other.close();
});
