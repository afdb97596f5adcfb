import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cache, type CacheDeps, createCache, defaultCacheSettings } from './cache.ts';
import type { CachePolicy } from './policy.ts';
import type { CacheStore } from './store.ts';

/** A policy for tests: rooms by id. */
export const room: CachePolicy<number> = {
  name: 'rooms.one', key: (id) => `cache:room:${id}`, tags: (id) => [`room:${id}`], ttlMs: 60_000, freshness: 'strict', fingerprint: 'a',
};
export const roomList: CachePolicy = {
  name: 'rooms.list', key: () => 'cache:rooms:page:1:limit:10', tags: () => ['rooms'], ttlMs: 60_000, freshness: 'strict', fingerprint: 'a',
};

export const quiet = { debug: () => {}, warn: () => {} };

interface Nodes {
  /** A store on the same data each time it is called, as if from another process where stores are shared. */
  readonly open: () => Promise<CacheStore>;
  readonly close: () => Promise<void>;
}

/** What every store must do for the cache to keep its word. Exported for third parties' stores. */
export function describeCacheStore(name: string, start: () => Promise<Nodes>): void {
  describe(`The cache on ${name}`, () => {
    let nodes: Nodes;
    let caches: Cache[];
    let rows: Map<number, string>;
    let loads: number;
    beforeEach(async () => {
      nodes = await start();
      caches = [];
      rows = new Map([[5, 'v1'], [6, 'w1']]);
      loads = 0;
    });
    afterEach(async () => {
      await Promise.all(caches.map((cache) => cache.close()));
      await nodes.close();
    });

    async function open(deps: Partial<CacheDeps> = {}, settings = {}): Promise<Cache> {
      const cache = createCache({ store: await nodes.open(), log: quiet, now: Date.now, ...deps }, { ...defaultCacheSettings, ...settings });
      caches.push(cache);
      await expect.poll(() => cache.state).toBe('closed');
      return cache;
    }
    const load = (id: number) => async () => {
      loads += 1;
      return { id, row: rows.get(id) };
    };
    const read = async (cache: Cache, id = 5) => {
      const { body, source } = await cache.get(room, id, load(id));
      return [(JSON.parse(body.toString()) as { row: string }).row, source];
    };
    async function write(cache: Cache, id: number, row: string): Promise<void> {
      rows.set(id, row);
      await cache.invalidate([`room:${id}`]);
    }

    test('[CA2] What was loaded is served until its tag is invalidated, and only that tag’s entries go', async () => {
      const cache = await open();
      expect(await read(cache)).toEqual(['v1', 'load']);
      expect(await read(cache, 6)).toEqual(['w1', 'load']);
      expect(await read(cache)).toEqual(['v1', 'l1']);
      await write(cache, 5, 'v2');
      expect(await read(cache)).toEqual(['v2', 'load']);
      expect(await read(cache, 6)).toEqual(['w1', 'l1']);
      expect(loads).toBe(3);
    });

    test('[CA19] A peek finds what is current here, in one batch with all others of its turn, and loads nothing', async () => {
      const cache = await open();
      const target = cache.target(room, 5);
      const peek = () =>
        new Promise<string | undefined>((resolve) => {
          if (!cache.peek(target, (hit) => resolve(hit?.presented))) resolve('nothing here');
        });
      expect(await peek()).toBe('nothing here');
      await read(cache);
      const { batches } = cache.stats;
      expect(await Promise.all([peek(), peek(), peek()])).toEqual(Array.from({ length: 3 }, () => '{"id":5,"row":"v1"}'));
      expect([cache.stats.batches - batches, cache.stats.of(room.name).l1Hits]).toEqual([1, 3]);
      // One that began before the write may show what was before it; one that began after may not.
      await write(cache, 5, 'v2');
      expect(await peek()).toBeUndefined();
      expect(loads).toBe(1);
      await read(cache);
      await cache.clear();
      expect(await peek()).toBe('nothing here');
    });

    test('[CA1] A load that raced with a write is stored and never served', async () => {
      const cache = await open();
      const gate = Promise.withResolvers<void>();
      const slow = cache.get(room, 5, async () => {
        const row = rows.get(5);
        await gate.promise;
        return { id: 5, row };
      });
      await new Promise((resolve) => setTimeout(resolve, 30));
      await write(cache, 5, 'v2');
      const fresh = read(cache);
      gate.resolve();
      expect(await fresh).toEqual(['v2', 'load']);
      await slow;
      expect((await read(cache))[0]).toBe('v2');
      expect((await read(cache))[0]).toBe('v2');
    });

    test('[CA6] [CA14] Those who ask at once share one load; one who asks after a write does not', async () => {
      const cache = await open();
      const gate = Promise.withResolvers<void>();
      const slow = (id: number) => async () => {
        loads += 1;
        const row = rows.get(id);
        await gate.promise;
        return { id, row };
      };
      const first = Array.from({ length: 50 }, () => cache.get(room, 5, slow(5)));
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(loads).toBe(1);
      await write(cache, 5, 'v2');
      const after = read(cache);
      gate.resolve();
      expect(await after).toEqual(['v2', 'load']);
      await Promise.all(first);
      expect(loads).toBe(2);
    });

    test('[CA13] A load that fails fails for those who share it, one at a time, and is not remembered', async () => {
      const cache = await open();
      let inFlight = 0;
      let most = 0;
      const failing = async () => {
        most = Math.max(most, (inFlight += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        inFlight -= 1;
        throw new Error('no database');
      };
      const all = await Promise.allSettled(Array.from({ length: 20 }, (_, nth) =>
        new Promise((resolve) => setTimeout(resolve, nth)).then(() => cache.get(room, 5, failing))));
      expect(all.every(({ status }) => status === 'rejected')).toBe(true);
      expect(most).toBe(1);
      expect(await read(cache)).toEqual(['v1', 'load']);
    });

    test('[CA13] Who is refused before the load is refused alone: others of the same turn get theirs', async () => {
      const cache = await open();
      const beforeLoad = async () => Promise.reject(new Error('Too many requests'));
      const [refused, served] = await Promise.allSettled([cache.get(room, 5, load(5), { beforeLoad }), cache.get(room, 5, load(5))]);
      expect([refused.status, served.status, loads]).toEqual(['rejected', 'fulfilled', 1]);
      // What is in the cache is served without asking.
      expect((await cache.get(room, 5, load(5), { beforeLoad })).source).toBe('l1');
    });

    test('[CA13] With grace an older entry is served when the load fails', async () => {
      let now = Date.now();
      const cache = await open({ now: () => now });
      const patient = { ...room, ttlMs: 1000, graceMs: 5000 };
      await cache.get(patient, 5, load(5));
      now += 2000;
      const served = await cache.get(patient, 5, async () => Promise.reject(new Error('no database')));
      expect([served.source, served.hit]).toEqual(['grace', true]);
      now += 10_000;
      await expect(cache.get(patient, 5, async () => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    });

    test('[CA20] An entry is not served past the age its policy allows, though its tags are as they were; from the store neither', async () => {
      let now = Date.now();
      const [cache, other] = [await open({ now: () => now }), await open({ now: () => now })];
      const ageing = { ...room, maxAgeMs: 1000 };
      const source = async (from: Cache) => (await from.get(ageing, 5, load(5))).source;
      expect(await source(cache)).toBe('load');
      now += 900;
      expect([await source(cache), cache.usesOf('cache:room:5')]).toEqual(['l1', 1]);
      now += 200;
      expect(cache.peek(cache.target(ageing, 5), () => {})).toBe(false);
      expect([await source(other), await source(cache)]).toContain('load');
      // Whoever allows more may have it still.
      now += 1500;
      expect((await cache.get(room, 5, load(5))).hit).toBe(true);
    });

    test('[CA17] An entry ends with its TTL', async () => {
      let now = Date.now();
      const cache = await open({ now: () => now });
      await read(cache);
      now += 59_999;
      expect((await read(cache))[1]).toBe('l1');
      now += 1;
      expect((await read(cache))[1]).toBe('load');
    });

    test('[CA8] An entry of another shape is not served', async () => {
      const cache = await open();
      await read(cache);
      const { source } = await cache.get({ ...room, fingerprint: 'b' }, 5, load(5));
      expect(source).toBe('load');
    });

    test('[CA9] Clearing ends everything stored before', async () => {
      const cache = await open();
      await read(cache);
      await cache.clear();
      expect((await read(cache))[1]).toBe('load');
    });

    test('[CA7] A bounded policy asks nobody within its bound, and at once when it hears of a change', async () => {
      let now = Date.now();
      const cache = await open({ now: () => now });
      const trending = { ...roomList, freshness: { boundedMs: 1000 } as const };
      const list = () => cache.get(trending, undefined, async () => ({ rows: [...rows] }));
      await list();
      const { batches } = cache.stats;
      now += 999;
      expect((await list()).source).toBe('l1');
      expect(cache.stats.batches).toBe(batches);
      now += 1;
      await list();
      expect(cache.stats.batches).toBe(batches + 1);
      cache.heard(['rooms']);
      now += 1;
      await list();
      expect(cache.stats.batches).toBe(batches + 2);
    });

    test('[CA15] All reads of one turn are one request to the store', async () => {
      const cache = await open();
      await Promise.all([read(cache, 5), read(cache, 6)]);
      const { batches, batchedRequests } = cache.stats;
      await Promise.all(Array.from({ length: 40 }, (_, nth) => read(cache, 5 + (nth % 2))));
      expect(cache.stats.batches).toBe(batches + 1);
      expect(cache.stats.batchedRequests).toBe(batchedRequests + 40);
    });

    test('[CA16] Copies stay within their bytes, the least recently used go first', async () => {
      const cache = await open({}, { maxL1Bytes: 10_000 });
      for (let id = 1; id <= 50; id += 1) {
        rows.set(id, `row ${id}`);
        await read(cache, id);
      }
      const { l1Bytes, l1Keys } = await cache.figures();
      expect(l1Bytes).toBeLessThanOrEqual(10_000);
      expect(l1Keys).toBeGreaterThan(5);
      expect((await read(cache, 50))[1]).toBe('l1');
      expect((await read(cache, 1))[1]).not.toBe('l1');
    });

    test('Keys are found by pattern, deleted by key and by pattern; values are parsed on request; warming fills', async () => {
      const cache = await open();
      expect(await cache.warm([() => cache.refresh(room, 5, load(5)), () => cache.refresh(room, 6, load(6))])).toBe(2);
      expect(await cache.value(room, 5, load(5))).toEqual({ id: 5, row: 'v1' });
      await expect.poll(async () => (await Array.fromAsync(cache.find('cache:room:*'))).toSorted()).toEqual(['cache:room:5', 'cache:room:6']);
      expect(await cache.delete(['cache:room:5'])).toBe(1);
      expect((await read(cache, 5))[1]).toBe('load');
      await expect.poll(async () => (await Array.fromAsync(cache.find('cache:room:*'))).length).toBe(2);
      expect(await cache.deletePattern('cache:room:?')).toBe(2);
      expect(await Array.fromAsync(cache.find('cache:*'))).toEqual([]);
    });

    test('The inspector tells a stale hit from a true one', async () => {
      const cache = await open({}, { inspectEvery: 1, inspectPauseMs: 0 });
      await read(cache);
      await read(cache);
      await expect.poll(() => loads).toBe(2);
      expect(cache.stats.of('rooms.one').staleHits).toBe(0);
      rows.set(5, 'changed without a word');
      await read(cache);
      await expect.poll(() => cache.stats.of('rooms.one').staleHits).toBe(1);
    });
  });
}
