import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runSeed } from '../../test/history-random.ts';
import { openWorld, type World } from '../../test/history-world.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';

const seed = runSeed(process.env);

describe('A history finds what is stale', { timeout: 60_000 }, () => {
  let redis: TestRedis;
  let world: World | undefined;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => world?.close());
  afterAll(() => redis?.stop());

  test.each([
    ['with the validation of versions switched off', 'first-versions'],
    ['with BentoCache in the place of this cache', 'bentocache'],
  ] as const)('%s', async (_, cache) => {
    const at = { kind: 'standalone', port: Number(new URL(redis.url).port) } as const;
    const running = await openWorld({ seed, cache, timeoutMs: 500, nodes: [at, at, at] });
    world = running;
    await expect.poll(() => running.readCount, { timeout: 30_000 }).toBeGreaterThan(20_000);
    const { found, reads } = await running.finish();
    process.stdout.write(`HISTORY_SEED=${seed}: ${cache} served ${found.length} stale values in ${reads} reads\n`);
    expect(found.filter(({ rule }) => rule === 'stale').length).toBeGreaterThan(0);
    expect(found.filter(({ rule }) => rule === 'unwritten')).toEqual([]);
  });
});
