import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { openRedis } from '../redis/index.ts';
import { createCache, defaultCacheSettings } from './cache.ts';
import { describeCacheStore, quiet, room } from './contract-suite.ts';
import { createRedisStore } from './stores/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const settingsFor = (url: string, timeoutMs = 1000) =>
  ({ kind: 'standalone', host: '127.0.0.1', port: Number(new URL(url).port), db: 0, tls: false, timeoutMs }) as const;

async function admin<T>(work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** A node: a connection and a cache of its own. */
async function openNode(settings = {}, timeoutMs?: number) {
  const connection = openRedis(settingsFor(redis.url, timeoutMs));
  const cache = createCache(
    { store: createRedisStore(connection), log: quiet, now: Date.now, turn: connection.turn },
    { ...defaultCacheSettings, ...settings },
  );
  await expect.poll(() => cache.state, { timeout: 5000 }).toBe('closed');
  return {
    cache,
    async close() {
      await cache.close();
      await connection.close();
    },
  };
}

describeCacheStore('Redis', async () => {
  await admin((client) => client.flushall());
  const connections: { close(): Promise<void> }[] = [];
  return {
    open: async () => {
      const connection = openRedis(settingsFor(redis.url));
      connections.push(connection);
      return createRedisStore(connection);
    },
    close: async () => {
      for (const connection of connections) await connection.close();
    },
  };
});

describe('Several nodes on one Redis', () => {
  test('[CA2] A write answered on one node is seen by the next read on another; what one loaded another serves', async () => {
    const [a, b] = [await openNode(), await openNode()];
    let row = 'v1';
    const read = async (node: typeof a) => {
      const { body, source } = await node.cache.get(room, 70, async () => ({ row }));
      return [(JSON.parse(body.toString()) as { row: string }).row, source];
    };
    expect(await read(a)).toEqual(['v1', 'load']);
    await expect.poll(() => admin((client) => client.exists('cache:room:70'))).toBe(1);
    expect(await read(b)).toEqual(['v1', 'l2']);
    expect(await read(b)).toEqual(['v1', 'l1']);
    row = 'v2';
    await a.cache.invalidate(['room:70']);
    expect(await read(b)).toEqual(['v2', 'load']);
    await Promise.all([a.close(), b.close()]);
  });

  test('[CA14] 200 readers of a cold key on four nodes load once', async () => {
    const nodes = await Promise.all([1, 2, 3, 4].map(() => openNode()));
    let loads = 0;
    const results = await Promise.all(
      nodes.flatMap(({ cache }) => Array.from({ length: 50 }, () =>
        cache.get(room, 71, async () => {
          loads += 1;
          await new Promise((resolve) => setTimeout(resolve, 100));
          return { row: 'v1' };
        }))),
    );
    expect(loads).toBe(1);
    expect(new Set(results.map(({ body }) => body.toString()))).toEqual(new Set(['{"row":"v1"}']));
    await Promise.all(nodes.map((node) => node.close()));
  });

  test('[CA14] Who gets the lease just after another process has stored the entry takes that', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const gate = Promise.withResolvers<void>();
    const connection = openRedis(settingsFor(redis.url));
    const slow = createRedisStore(connection);
    // A process whose miss was read before the other's load ended, and whose turn for the lease comes after.
    const late = createCache(
      {
        store: {
          ...slow,
          async ensureVersions(tags) {
            const versions = await slow.ensureVersions(tags);
            await gate.promise;
            return versions;
          },
        },
        log: quiet, now: Date.now, turn: connection.turn,
      },
      defaultCacheSettings,
    );
    await expect.poll(() => late.state, { timeout: 5000 }).toBe('closed');
    let loads = 0;
    const load = async () => ({ load: (loads += 1) });
    const waiting = late.get(room, 74, load);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await a.cache.get(room, 74, load);
    await expect.poll(() => admin((client) => client.exists('cache:room:74'))).toBe(1);
    gate.resolve();
    expect((await waiting).body.toString()).toBe('{"load":1}');
    expect(loads).toBe(1);
    await late.close();
    await connection.close();
    await Promise.all([a.close(), b.close()]);
  });

  test('[CA14] A lease whose holder died is waited for no longer than leaseWaitMs', async () => {
    const node = await openNode({ leaseWaitMs: 200 });
    await node.cache.get(room, 72, async () => ({ row: 'v1' }));
    await expect.poll(() => admin((client) => client.exists('cache:room:72'))).toBe(1);
    await node.cache.invalidate(['room:72']);
    const versions = await admin((client) => client.mget('cache-tag:*', 'cache-tag:room:72'));
    await admin((client) => client.set(`cache-lease:cache:room:72:${versions.join('.')}`, '1', 'PX', 5000));
    const startedAt = performance.now();
    expect((await node.cache.get(room, 72, async () => ({ row: 'v2' }))).source).toBe('load');
    const waitedMs = performance.now() - startedAt;
    expect(waitedMs).toBeGreaterThan(190);
    expect(waitedMs).toBeLessThan(1000);
    await node.close();
  });

  test('[CA14] Who waits for a load that failed, or whose entry gave way to a newer one, waits no longer', async () => {
    const [a, b] = [await openNode({ leaseWaitMs: 5000 }), await openNode({ leaseWaitMs: 5000 })];
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const { promise: failed, reject: fail } = Promise.withResolvers<never>();
    const first = a.cache.get(room, 73, async () => {
      start();
      return failed;
    });
    await started;
    let loads = 0;
    const second = b.cache.get(room, 73, async () => ({ load: (loads += 1) }));
    await expect.poll(async () => b.cache.stats.of(room.name).misses).toBe(1);
    const startedAt = performance.now();
    fail(new Error('No such row'));
    await expect(first).rejects.toThrow('No such row');
    expect((await second).body.toString()).toBe('{"load":1}');
    expect(performance.now() - startedAt).toBeLessThan(2500);

    await a.cache.invalidate(['room:73']);
    const { promise: loaded, resolve: finish } = Promise.withResolvers<object>();
    const began = Promise.withResolvers<void>();
    const third = a.cache.get(room, 73, () => {
      began.resolve();
      return loaded;
    });
    await began.promise;
    const misses = b.cache.stats.of(room.name).misses;
    const fourth = b.cache.get(room, 73, async () => ({ load: (loads += 1) }));
    await expect.poll(async () => b.cache.stats.of(room.name).misses).toBe(misses + 1);
    const thirdAt = performance.now();
    // Another's entry of newer versions takes the place before the waiting one has looked.
    const client = new Redis(redis.url);
    const watching = setInterval(() => void client.set('cache:room:73', 'of newer versions'), 1);
    finish({ load: 'third' });
    await third;
    await fourth;
    clearInterval(watching);
    client.disconnect();
    expect(performance.now() - thirdAt).toBeLessThan(2500);
    await Promise.all([a.close(), b.close()]);
  });
});

describe('What lies in Redis', () => {
  test('A small entry is readable: versions on the first line, then the body; a large one is compressed and comes back whole', async () => {
    const [a, b] = [await openNode(), await openNode()];
    await a.cache.get(room, 80, async () => ({ row: 'short' }));
    const stored = await vi.waitFor(async () => {
      const value = await admin((client) => client.get('cache:room:80'));
      expect(value).not.toBeNull();
      return value!;
    });
    const [head, body] = stored.split('\n');
    expect(JSON.parse(head!)).toMatchObject({ v: { '*': expect.any(String), 'room:80': expect.any(String) } });
    expect(body).toBe('{"row":"short"}');
    expect(await admin((client) => client.pttl('cache:room:80'))).toBeGreaterThan(50_000);

    const row = 'a long text, said again. '.repeat(10_000);
    await a.cache.get(room, 81, async () => ({ row }));
    await expect.poll(() => admin((client) => client.strlen('cache:room:81'))).toBeGreaterThan(0);
    expect(await admin((client) => client.strlen('cache:room:81'))).toBeLessThan(10_000);
    const there = await b.cache.get(room, 81, async () => ({ row: 'not loaded' }));
    expect([there.source, JSON.parse(there.body.toString())]).toEqual(['l2', { row }]);
    await Promise.all([a.close(), b.close()]);
  });

  test('A value that somebody set by hand is no entry', async () => {
    const node = await openNode();
    for (const [id, value] of [[82, 'nonsense'], [83, '{"v":1}\n{}'], [84, 'null\n1']] as const) {
      await admin((client) => client.set(`cache:room:${id}`, value));
      expect((await node.cache.get(room, id, async () => ({ row: 'true' }))).body.toString()).toBe('{"row":"true"}');
    }
    await node.close();
  });

  test('[CA3] A tag that was evicted ends what carried it, for good', async () => {
    const node = await openNode();
    const read = async (row: string) => JSON.parse((await node.cache.get(room, 85, async () => ({ row }))).body.toString()).row;
    expect(await read('v1')).toBe('v1');
    await admin((client) => client.del('cache-tag:room:85'));
    expect(await read('v2')).toBe('v2');
    await admin((client) => client.del('cache-tag:*'));
    expect(await read('v3')).toBe('v3');
    expect(await read('not loaded')).toBe('v3');
    await node.close();
  });

  test('[CA18] A key deleted by hand is loaded again after recheckMs at the latest', async () => {
    const node = await openNode({ recheckMs: 100 });
    const read = async (row: string) => JSON.parse((await node.cache.get(room, 86, async () => ({ row }))).body.toString()).row;
    await read('v1');
    await expect.poll(() => admin((client) => client.exists('cache:room:86'))).toBe(1);
    await admin((client) => client.del('cache:room:86'));
    await new Promise((resolve) => setTimeout(resolve, 110));
    expect(await read('v2')).toBe('v2');
    await node.close();
  });
});

describe('When Redis goes', () => {
  test('[CA10] [CA11] Killed: requests load directly, at once; restarted: nothing stored before is served', async () => {
    const node = await openNode({}, 50);
    let row = 'v1';
    const read = async () => {
      const { body, source } = await node.cache.get(room, 90, async () => ({ row }));
      return [(JSON.parse(body.toString()) as { row: string }).row, source];
    };
    await read();
    await redis.kill();
    await expect.poll(() => node.cache.state).toBe('open');
    row = 'v2';
    await expect(node.cache.invalidate(['room:90'])).rejects.toThrow('away');
    const startedAt = performance.now();
    expect(await read()).toEqual(['v2', 'bypass']);
    expect(performance.now() - startedAt).toBeLessThan(50);
    await redis.restart();
    await expect.poll(() => node.cache.state, { timeout: 10_000 }).toBe('closed');
    expect(await read()).toEqual(['v2', 'load']);
    expect(await read()).toEqual(['v2', 'l1']);
    await node.close();
  });

  test('[CA9] A server that comes back with older data gives nothing of it', async () => {
    const node = await openNode({}, 50);
    await node.cache.get(room, 91, async () => ({ row: 'v1' }));
    await expect.poll(() => admin((client) => client.exists('cache:room:91'))).toBe(1);
    const dump = await admin(async (client) => ({
      entry: await client.get('cache:room:91'), tag: await client.get('cache-tag:room:91'), root: await client.get('cache-tag:*'),
      epoch: await client.get('cache-epoch'),
    }));
    await node.cache.invalidate(['room:91']);
    await node.close();
    await redis.restart();
    await admin((client) => client.mset('cache:room:91', dump.entry!, 'cache-tag:room:91', dump.tag!, 'cache-tag:*', dump.root!, 'cache-epoch', dump.epoch!));
    const fresh = await openNode();
    expect((await fresh.cache.get(room, 91, async () => ({ row: 'v2' }))).body.toString()).toBe('{"row":"v2"}');
    await fresh.close();
  });

  test('[CA11] What could not be invalidated is applied before the store is used again', async () => {
    const owed: string[][] = [];
    const connection = openRedis(settingsFor(redis.url, 50));
    const cache = createCache({
      store: createRedisStore(connection), log: quiet, now: Date.now, turn: connection.turn,
      beforeReturn: async () => {
        for (const tags of owed.splice(0)) await cache.invalidate(tags);
      },
    }, defaultCacheSettings);
    await expect.poll(() => cache.state, { timeout: 5000 }).toBe('closed');
    await redis.kill();
    await expect.poll(() => cache.state).toBe('open');
    await cache.invalidate(['room:92']).catch(() => owed.push(['room:92']));
    expect(owed).toHaveLength(1);
    await redis.restart();
    await expect.poll(() => cache.state, { timeout: 10_000 }).toBe('closed');
    expect(owed).toHaveLength(0);
    expect(await admin((client) => client.exists('cache-tag:room:92'))).toBe(1);
    await cache.close();
    await connection.close();
  });

  test('[CA10] Frozen: a request waits no longer than the time limit, the next ones not at all', async () => {
    const node = await openNode({}, 50);
    await node.cache.get(room, 93, async () => ({ row: 'v1' }));
    await admin((client) => client.call('CLIENT', 'PAUSE', '1000', 'ALL'));
    const timed = async () => {
      const startedAt = performance.now();
      await node.cache.get(room, 93, async () => ({ row: 'v2' }));
      return performance.now() - startedAt;
    };
    const first = await timed();
    expect(first).toBeGreaterThan(45);
    expect(first).toBeLessThan(250);
    expect(node.cache.state).not.toBe('closed');
    expect((await node.cache.get(room, 93, async () => ({ row: 'v3' }))).source).toBe('bypass');
    expect(await timed()).toBeLessThan(45);
    await expect.poll(() => node.cache.state, { timeout: 5000 }).toBe('closed');
    await node.close();
  });
});
