import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CacheStats } from '@watchparty/protocol';
import { type Cache, ROOT_TAG } from '@watchparty/redis-kit/cache';
import { type CachePolicyDeclaration, invalidated } from '../../kernel/cache-policy.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import { createKeyCount, type KeyCount } from './key-count.ts';
import { megabytes } from './megabytes.ts';
import { ENTRY_PREFIXES, namespacesOf, OTHER } from './namespaces.ts';

interface Deps {
  readonly cache: Cache;
  readonly policies: readonly CachePolicyDeclaration[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface CacheAdmin {
  /** Entries only, and the memory of the whole store. Rejects while the store is away. */
  figures(): Promise<{ readonly totalKeys: number; readonly memoryBytes: number }>;
  stats(): Promise<CacheStats>;
  /** No node serves what was stored before; the entries themselves are removed behind the answer. Answers how many there were. */
  clear(write: Write): Promise<number | null>;
  /** Ends a removal that goes on; what is left is not served and expires. */
  close(): Promise<void>;
}

const REMOVE_AT_ONCE = 500;
const NOTHING: KeyCount = { keys: 0, byPolicy: new Map(), estimated: false };

export function createCacheAdmin({ cache, policies, clock, log }: Deps): CacheAdmin {
  const keyCount = createKeyCount({
    find: () => cache.find('*'),
    total: async () => (await cache.figures()).totalKeys,
    policyOf: namespacesOf(policies),
    now: clock.now,
  });
  const since = new Date(clock.now()).toISOString();
  let closed = false;
  let removing: Promise<void> | undefined;

  async function removeAll(): Promise<void> {
    let removed = 0;
    for (const prefix of ENTRY_PREFIXES) {
      let batch: string[] = [];
      for await (const key of cache.find(`${prefix}*`)) {
        if (closed) return;
        batch.push(key);
        if (batch.length < REMOVE_AT_ONCE) continue;
        removed += await cache.delete(batch);
        batch = [];
        // Requests go first.
        await nextTurn();
      }
      removed += await cache.delete(batch);
    }
    log.info({ removed }, 'The cleared cache is removed');
  }

  function removeBehind(): void {
    removing ??= removeAll()
      .catch((error: unknown) => log.warn({ err: error }, 'What was cleared from the cache stays until it expires'))
      .finally(() => {
        removing = undefined;
      });
  }

  return {
    async figures() {
      const [{ keys }, { memoryBytes }] = await Promise.all([keyCount(), cache.figures()]);
      return { totalKeys: keys, memoryBytes };
    },

    async stats() {
      // While the store is away, what this process has counted is still worth telling.
      const [count, memoryBytes] = await Promise.all([
        keyCount().catch(() => NOTHING),
        cache.figures().then((figures) => figures.memoryBytes, () => 0),
      ]);
      const { keys: l1Keys, bytes: l1Bytes } = cache.own();
      const counts = cache.stats.all();
      const names = new Set([...policies.map(({ name }) => name), ...counts.keys(), ...count.byPolicy.keys()]);
      const namespaces = [...names].map((name) => {
        const { hits = 0, misses = 0, loads = 0, bypasses = 0, staleHits = 0 } = counts.get(name) ?? {};
        const keyPattern = policies.find((policy) => policy.name === name)?.key ?? null;
        return {
          name, keyPattern, keys: count.byPolicy.get(name) ?? 0, hits, misses, hitRate: rate(hits, misses), loads, bypasses, staleHits,
        };
      }).filter(({ name, keys }) => name !== OTHER || keys > 0);
      const [hits, misses] = [sum(namespaces.map((of) => of.hits)), sum(namespaces.map((of) => of.misses))];
      return {
        keys: count.keys, keysEstimated: count.estimated, memoryUsage: megabytes(memoryBytes), memoryBytes,
        hits, misses, hitRate: rate(hits, misses), since, breaker: cache.state,
        l1: { keys: l1Keys, bytes: l1Bytes }, namespaces,
      };
    },

    async clear(write) {
      const count = await keyCount().catch(() => undefined);
      // Through the outbox: should the store be away, it is cleared before any node uses it again.
      await write(async (_tx, effects) => effects.add(invalidated(ROOT_TAG)));
      log.warn({ keys: count?.keys }, 'The cache was cleared');
      removeBehind();
      return count?.keys ?? null;
    },

    async close() {
      closed = true;
      await removing;
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const rate = (hits: number, misses: number): number =>
  hits + misses === 0 ? 0 : Math.round((hits / (hits + misses)) * 10_000) / 10_000;
