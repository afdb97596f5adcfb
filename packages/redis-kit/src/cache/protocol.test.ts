import { describe, expect, test } from 'vitest';
import { createTurn } from '../redis/index.ts';
import { createCache, defaultCacheSettings } from './cache.ts';
import { quiet, room } from './contract-suite.ts';
import { StoreUnavailable } from './policy.ts';
import type { CacheStore } from './store.ts';
import { createMemoryStore } from './stores/memory.ts';
import { createValidation } from './validation.ts';

let made = 0;
const newVersion = () => `version-${(made += 1)}`;

/** A store that tells what it was asked, and can be made to fail or to wait. */
function watched(overrides: Partial<CacheStore> = {}) {
  const calls: { readonly method: string; readonly args: readonly unknown[] }[] = [];
  const inner = createMemoryStore(newVersion);
  const store = new Proxy({ ...inner, ...overrides }, {
    get(target, name: keyof CacheStore) {
      const method = target[name];
      if (typeof method !== 'function') return method;
      return (...args: never[]) => {
        calls.push({ method: name, args });
        return (method as (...given: never[]) => unknown)(...args);
      };
    },
  });
  return { store, calls, inner };
}

describe('What the store is asked', () => {
  test('[CA4] A tag with ten thousand entries is invalidated by one version', async () => {
    const { store, calls } = watched();
    const cache = createCache({ store, log: quiet, now: Date.now });
    const shared = { ...room, tags: () => ['rooms'] };
    await Promise.all(Array.from({ length: 10_000 }, (_, id) => cache.get(shared, id, async () => ({ id }))));
    calls.length = 0;
    await cache.invalidate(['rooms']);
    expect(calls).toEqual([{ method: 'bump', args: [['rooms']] }]);
    expect((await cache.get(shared, 1234, async () => ({ id: 'fresh' }))).source).toBe('load');
    await cache.close();
  });

  test('[CA5] A batch that has been sent takes nobody in', async () => {
    const answers: (() => void)[] = [];
    const { store, calls } = watched({
      read: async (tags, keys) => {
        await new Promise<void>((resolve) => answers.push(resolve));
        return { versions: tags.map(() => 'v'), values: keys.map(() => null) };
      },
    });
    const validation = createValidation(store, createTurn(), () => {});
    const first = [validation.read(['a'], undefined), validation.read(['a', 'b'], undefined)];
    expect(first[0]).toBe(first[1]);
    await expect.poll(() => answers.length).toBe(1);
    const later = validation.read(['a'], undefined);
    expect(later).not.toBe(first[0]);
    await expect.poll(() => answers.length).toBe(2);
    for (const answer of answers) answer();
    await Promise.all([...first, later]);
    expect(calls.map(({ args }) => args[0])).toEqual([['a', 'b'], ['a']]);
  });

  test('[CA12] After an invalidation failed nothing is served from the store until it is applied', async () => {
    let away = false;
    const { store, inner } = watched({
      bump: async (tags) => {
        if (away) throw new StoreUnavailable('away');
        await inner.bump(tags);
      },
    });
    const owed: string[][] = [];
    const cache = createCache({
      store, log: quiet, now: Date.now,
      beforeReturn: async () => {
        for (const tags of owed) await cache.invalidate(tags);
        owed.length = 0;
      },
    }, defaultCacheSettings);
    let row = 'v1';
    const read = async () => {
      const { body, source } = await cache.get(room, 5, async () => ({ row }));
      return [JSON.parse(body.toString()).row, source];
    };
    await read();
    expect(await read()).toEqual(['v1', 'l1']);
    away = true;
    row = 'v2';
    await expect(cache.invalidate(['room:5'])).rejects.toThrow(StoreUnavailable);
    owed.push(['room:5']);
    // Reading would work: the old entry is there and its versions fit. It must not be used.
    expect(await read()).toEqual(['v2', 'bypass']);
    row = 'v3';
    expect(await read()).toEqual(['v3', 'bypass']);
    away = false;
    await expect.poll(() => cache.state).toBe('closed');
    expect(owed).toEqual([]);
    expect(await read()).toEqual(['v3', 'load']);
    expect(await read()).toEqual(['v3', 'l1']);
    await cache.close();
  });
});
