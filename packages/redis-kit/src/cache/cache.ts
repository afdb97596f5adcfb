import { createTurn, type Turn } from '../redis/index.ts';
import { type Availability, createAvailability } from './availability.ts';
import { type Entry, encodeEntry, etagOf } from './entry.ts';
import { createFlights } from './flights.ts';
import { globMatches } from './glob.ts';
import { createInvalidation } from './invalidation.ts';
import { type Copy, createL1 } from './l1.ts';
import type { CacheLog } from './log.ts';
import { createLookup } from './lookup.ts';
import { type CachePolicy, type CacheResult, type CacheSource, type CacheTarget, StoreUnavailable } from './policy.ts';
import { type Presentable, Result } from './result.ts';
import { createSampling } from './sampling.ts';
import { createStats, type Stats } from './stats.ts';
import { type CacheStore, ROOT_TAG } from './store.ts';
import { createValidation } from './validation.ts';

export interface CacheSettings {
  /** Most bytes of entries kept in this process. */
  readonly maxL1Bytes: number;
  /** How long others wait for the one that loads, over processes. */
  readonly leaseWaitMs: number;
  /** After this a copy is looked for in the store again. CA18 */
  readonly recheckMs: number;
  /** One of this many hits is loaded again and compared; 0: none. */
  readonly inspectEvery: number;
  /** But no more than one in this time. */
  readonly inspectPauseMs: number;
}

export const defaultCacheSettings: CacheSettings = {
  maxL1Bytes: 64 * 1024 * 1024, leaseWaitMs: 1000, recheckMs: 30_000, inspectEvery: 0, inspectPauseMs: 100,
};

export interface CacheDeps {
  readonly store: CacheStore;
  readonly log: CacheLog;
  /** Wall clock in ms: for TTLs only, never for freshness. */
  readonly now: () => number;
  /**
   * What an answer made of an entry looks like; kept ready beside the copy. As bytes in a string (latin1): an HTTP head and
   * a string leave in one write, a head and a buffer in two.
   */
  readonly present?: (body: Buffer, key: string) => string;
  /** Applies the invalidations that this node still owes, before the store is used again. CA11 */
  readonly beforeReturn?: () => Promise<void>;
  /** The store is used again: what waited for it may go on. */
  readonly afterReturn?: () => void;
  /** The turn of the store's connection, which others may share. */
  readonly turn?: Turn;
  /** Tells other nodes, so that their bounded policies hear of it early. */
  readonly publish?: (tags: readonly string[]) => void;
}

export interface GetOptions {
  /** Asked of each caller who was not served from the cache, before a load is begun or shared; throwing refuses that caller alone. */
  readonly beforeLoad?: () => Promise<void>;
}

export interface Cache {
  /** The value, from the cache or loaded: never a state older than a write answered before this call. */
  get<P, V>(policy: CachePolicy<P>, params: P, load: () => Promise<V>, options?: GetOptions): Promise<CacheResult>;
  target<P>(policy: CachePolicy<P>, params: P): CacheTarget;
  /**
   * Looks whether this process holds a copy that `get` would serve, and loads nothing. False: it holds none, and `found` is
   * not called; true: it is called once, maybe within this call, with undefined when the copy is out of date; it must not
   * throw. A miss is counted where `get` is called then. CA19
   */
  peek(target: CacheTarget, found: (hit: CacheResult | undefined) => void): boolean;
  /** The parsed value. */
  value<P, V>(policy: CachePolicy<P>, params: P, load: () => Promise<V>): Promise<V>;
  /** Loads afresh and stores, whatever is there: the safe write-through. Once it resolves the value is in the store, if that can be reached. */
  refresh<P, V>(policy: CachePolicy<P>, params: P, load: () => Promise<V>): Promise<CacheResult>;
  /** Refreshes several; answers how many succeeded. `concurrency` loads at a time. */
  warm(tasks: readonly (() => Promise<unknown>)[], concurrency?: number): Promise<number>;
  /** Gives the tags new versions; once it resolves no node serves what carried the old ones. Throws `StoreUnavailable`. */
  invalidate(tags: readonly string[]): Promise<void>;
  /** Heard from another node: bounded copies of these tags are confirmed before they are served again. */
  heard(tags: readonly string[]): void;
  /** Something may have been missed: every bounded copy is confirmed before it is served again. */
  distrust(): void;
  /** Deletes entries by key: at once from the store and this process, from other processes' copies within `recheckMs`. */
  delete(keys: readonly string[]): Promise<number>;
  deletePattern(pattern: string): Promise<number>;
  find(pattern: string): AsyncIterable<string>;
  /** Nothing stored before is served any more, on any node. */
  clear(): Promise<void>;
  /** How often this process has served its copy of this entry; 0 where it has none. */
  usesOf(key: string): number;
  readonly state: Availability['state'];
  readonly stats: Stats;
  /** This process's own copies. */
  own(): { readonly keys: number; readonly bytes: number };
  /** Of the store, every key of its database; of this process alone where there is no store to share. */
  figures(): Promise<{ readonly totalKeys: number; readonly memoryBytes: number; readonly l1Keys: number; readonly l1Bytes: number }>;
  close(): Promise<void>;
}

export function createCache(deps: CacheDeps, settings: CacheSettings = defaultCacheSettings): Cache {
  const { store, log, now } = deps;
  const stats = createStats();
  const l1 = createL1(settings.maxL1Bytes);
  const validation = createValidation(store, deps.turn ?? createTurn(), (requests) => {
    stats.batches += 1;
    stats.batchedRequests += requests;
    stats.largestBatch = Math.max(stats.largestBatch, requests);
  });
  const flights = createFlights({ store, leaseWaitMs: settings.leaseWaitMs });
  const availability = createAvailability({
    startLost: store.shared,
    restore: async () => {
      await store.probe();
      await invalidation.repeatRecent();
      await deps.beforeReturn?.();
    },
    onChange: (state, error) => {
      log.warn({ err: error }, `The cache's store is ${state}`);
      if (state === 'restored') deps.afterReturn?.();
    },
  });
  store.onLost(() => availability.lost(new StoreUnavailable('The connection was lost')));
  store.onBack(() => availability.tryNow());
  const invalidation = createInvalidation({ store, availability, now, stats, log, publish: deps.publish });
  const lookup = createLookup({ store, validation, l1, now, recheckMs: settings.recheckMs, heardSince: invalidation.heardSince });
  const inspection = createSampling(settings.inspectEvery, settings.inspectPauseMs, now);

  const { present = asText } = deps;
  const resultOf = (key: string, entry: Presentable, source: CacheSource): CacheResult => new Result(key, entry, source, present);

  const toBody = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

  async function bypass<V>(policy: { readonly name: string }, key: string, load: () => Promise<V>): Promise<CacheResult> {
    stats.of(policy.name).bypasses += 1;
    const body = toBody(await load());
    return resultOf(key, { tags: [], versions: [], fingerprint: '', etag: etagOf(body), storedAtMs: 0, ttlMs: 0, body }, 'bypass');
  }

  /** Loads once for all that may share it, and stores what was loaded. CA6, CA13, CA14 */
  async function loadAndStore<P, V>(
    policy: CachePolicy<P>, key: string, tags: readonly string[], versions: readonly string[], askedAtMs: number, load: () => Promise<V>, waits = false,
  ): Promise<CacheResult> {
    const counts = stats.of(policy.name);
    counts.misses += 1;
    const flight = flights.share(key, versions, {
      waits,
      found: async () => lookup.inStore(key, tags, versions, policy, askedAtMs),
      load: async () => {
        counts.loads += 1;
        const body = toBody(await load());
        const entry: Entry = {
          tags, versions, fingerprint: policy.fingerprint, etag: etagOf(body), storedAtMs: now(), ttlMs: policy.ttlMs, body,
        };
        return lookup.keep(key, entry, askedAtMs);
      },
      store: async (entry) => {
        try {
          await store.write([{ key, value: await encodeEntry(entry), ttlMs: policy.ttlMs }]);
          log.debug(`Cached: ${key} (TTL: ${Math.round(policy.ttlMs / 1000)}s)`);
        } catch (error) {
          // An entry that was not stored costs the next process a load, nothing more.
          log.warn({ err: error }, `Redis operation failed: store ${key}`);
        }
      },
    });
    try {
      const entry = await flight;
      return resultOf(key, entry, 'load');
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      counts.loadFailures += 1;
      const old = policy.graceMs === undefined ? undefined : l1.get(key);
      if (old === undefined || now() > old.storedAtMs + old.ttlMs + policy.graceMs!) throw error;
      counts.graces += 1;
      return resultOf(key, old, 'grace');
    }
  }

  function hit(policy: { readonly name: string }, key: string, copy: Copy, source: 'l1' | 'l2'): CacheResult {
    const counts = stats.of(policy.name);
    counts.hits += 1;
    copy.uses += 1;
    if (source === 'l1') counts.l1Hits += 1;
    else counts.l2Hits += 1;
    log.debug(`Cache HIT: ${key}`);
    return resultOf(key, copy, source);
  }

  function counted(policy: { readonly name: string; readonly maxAgeMs?: number }, key: string, copy: Copy, source: 'l1' | 'l2', load: () => Promise<unknown>): CacheResult {
    if (inspection.isDue()) void inspect(policy, key, copy, load);
    return hit(policy, key, copy, source);
  }

  /** A second look at a hit: loads it again and compares, unless something was invalidated meanwhile. */
  async function inspect(
    policy: { readonly name: string; readonly maxAgeMs?: number }, key: string, copy: Copy, load: () => Promise<unknown>,
  ): Promise<void> {
    // Its value may change without telling, so another one is no fault.
    if (policy.maxAgeMs !== undefined) return;
    try {
      const body = toBody(await load());
      const batch = await validation.read(copy.tags, undefined);
      const current = copy.tags.every((tag, index) => batch.version(tag) === copy.versions[index]);
      if (!current || body.equals(copy.body)) return;
      stats.of(policy.name).staleHits += 1;
      log.warn({ key }, 'The inspector found a stale hit');
    } catch {
      // The inspector only watches; whoever needs the value will meet the error.
    }
  }

  async function get<P, V>(policy: CachePolicy<P>, params: P, load: () => Promise<V>, options: GetOptions = {}): Promise<CacheResult> {
    const key = policy.key(params);
    if (!availability.usable) {
      await options.beforeLoad?.();
      return bypass(policy, key, load);
    }
    const copy = lookup.bounded(key, policy);
    if (copy !== undefined) return counted(policy, key, copy, 'l1', load);
    const tags = [ROOT_TAG, ...policy.tags(params)];
    const askedAtMs = now();
    try {
      const found = await lookup.strict(key, tags, policy);
      if (found.copy !== undefined) return counted(policy, key, found.copy, found.source, load);
      log.debug(`Cache MISS: ${key}`);
      await options.beforeLoad?.();
      const versions = found.versions.includes(null) ? await validation.ensure(tags) : (found.versions as string[]);
      return await loadAndStore(policy, key, tags, versions, askedAtMs, load);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      availability.lost(error);
      await options.beforeLoad?.();
      return bypass(policy, key, load);
    }
  }

  async function refresh<P, V>(policy: CachePolicy<P>, params: P, load: () => Promise<V>): Promise<CacheResult> {
    const key = policy.key(params);
    if (!availability.usable) return bypass(policy, key, load);
    const tags = [ROOT_TAG, ...policy.tags(params)];
    try {
      const askedAtMs = now();
      return await loadAndStore(policy, key, tags, await validation.ensure(tags), askedAtMs, load, true);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      availability.lost(error);
      return bypass(policy, key, load);
    }
  }

  async function remove(keys: readonly string[]): Promise<number> {
    for (const key of keys) l1.delete(key);
    const count = keys.length === 0 ? 0 : await store.delete(keys);
    for (const key of keys) log.debug(`Deleted from cache: ${key}`);
    return count;
  }

  return {
    get,
    target: (policy, params) => ({ policy, key: policy.key(params), tags: [ROOT_TAG, ...policy.tags(params)] }),
    peek(target, found) {
      // The hit that is to be inspected goes through `get`, which can load.
      if (!availability.usable || inspection.handOver()) return false;
      const { policy, key } = target;
      const copyInTime = lookup.bounded(key, policy);
      if (copyInTime !== undefined) {
        found(hit(policy, key, copyInTime, 'l1'));
        return true;
      }
      return lookup.peek(target, (copy, error) => {
        if (error instanceof StoreUnavailable) availability.lost(error);
        if (copy === undefined) return found(undefined);
        inspection.passed();
        found(hit(policy, key, copy, 'l1'));
      });
    },
    refresh,
    async value(policy, params, load) {
      return JSON.parse((await get(policy, params, load)).body.toString('utf8'));
    },
    async warm(tasks, concurrency = 8) {
      const waiting = [...tasks];
      let warmed = 0;
      const worker = async (): Promise<void> => {
        for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
          await task().then(() => (warmed += 1), (error: unknown) => log.warn({ err: error }, 'Warming an entry failed'));
        }
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
      return warmed;
    },
    invalidate: invalidation.invalidate,
    heard: invalidation.heard,
    distrust: invalidation.distrust,
    delete: remove,
    async deletePattern(pattern) {
      let count = 0;
      let batch: string[] = [];
      const own = [...l1.keys()].filter((key) => globMatches(pattern, key));
      if (!store.shared) return remove(own);
      for (const key of own) l1.delete(key);
      for await (const key of store.find(pattern)) {
        batch.push(key);
        if (batch.length < 500) continue;
        count += await remove(batch);
        batch = [];
      }
      return count + (await remove(batch));
    },
    async *find(pattern) {
      if (store.shared) return yield* store.find(pattern);
      for (const key of l1.keys()) if (globMatches(pattern, key)) yield key;
    },
    async clear() {
      await invalidation.invalidate([ROOT_TAG]);
      l1.clear();
    },
    usesOf: (key) => l1.uses(key),
    get state() {
      return availability.state;
    },
    stats,
    own: () => ({ keys: l1.size, bytes: l1.bytes }),
    async figures() {
      const own = { l1Keys: l1.size, l1Bytes: l1.bytes };
      const shared = store.shared ? await store.figures() : { keys: l1.size, memoryBytes: l1.bytes };
      return { totalKeys: shared.keys, memoryBytes: shared.memoryBytes, ...own };
    },
    async close() {
      availability.close();
      await flights.idle();
      await store.close();
    },
  };
}

const asText = (body: Buffer): string => body.toString('latin1');
