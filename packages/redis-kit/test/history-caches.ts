import {
  type Cache, type CachePolicy, type CacheStore, createCache, createRedisStore, defaultCacheSettings,
} from '../src/cache/index.ts';
import { openRedis } from '../src/redis/index.ts';

/** Which rows a reading shows. */
export interface View {
  readonly key: string;
  readonly rows: readonly number[];
  /** Undefined: strict. */
  readonly boundedMs?: number;
}

export interface Reading {
  readonly values: readonly number[];
  readonly source: string;
}

/** What a history is run on: the kit's cache, or a peer's. */
export interface HistoryCache {
  get(view: View, load: () => Promise<number[]>): Promise<Reading>;
  /** Loads afresh and stores. */
  refresh(view: View, load: () => Promise<number[]>): Promise<Reading>;
  /** After a write of this row. Throws when it could not be done. */
  invalidate(row: number): Promise<void>;
  /** Resolves once the store is in use. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export type RedisAddress =
  | { readonly kind: 'standalone'; readonly port: number }
  | { readonly kind: 'cluster'; readonly ports: readonly number[] };

export interface CacheOptions {
  readonly redis: RedisAddress;
  readonly timeoutMs: number;
  readonly leaseWaitMs: number;
  /** What is done before the store is used again. */
  readonly beforeReturn: (cache: Pick<HistoryCache, 'invalidate'>) => Promise<void>;
  readonly onReturned: () => void;
}

/** One tag for the row and one for all lists, as a product has them. */
const tagsOf = (row: number): string[] => [`item:${row}`, 'items'];

const policyOf = (name: string, freshness: CachePolicy['freshness']): CachePolicy<View> => ({
  name, freshness, fingerprint: 'a', ttlMs: 60_000,
  key: ({ key }) => `cache:${key}`,
  tags: ({ rows }) => (rows.length === 1 ? [`item:${rows[0]}`] : ['items']),
});

const asItIs = (store: CacheStore): CacheStore => store;

export function openKitCache(options: CacheOptions, wrapStore = asItIs): HistoryCache {
  const { redis, timeoutMs } = options;
  const host = '127.0.0.1';
  const connection = openRedis(
    redis.kind === 'standalone'
      ? { kind: 'standalone', host, port: redis.port, db: 0, tls: false, timeoutMs }
      : { kind: 'cluster', nodes: redis.ports.map((port) => ({ host, port })), timeoutMs },
  );
  const invalidate = (row: number): Promise<void> => cache.invalidate(tagsOf(row));
  const strict = policyOf('strict', 'strict');
  const bounded = new Map<number, CachePolicy<View>>();
  const policyFor = ({ boundedMs }: View): CachePolicy<View> => {
    if (boundedMs === undefined) return strict;
    const known = bounded.get(boundedMs) ?? policyOf(`bounded-${boundedMs}`, { boundedMs });
    bounded.set(boundedMs, known);
    return known;
  };
  const read = async (result: ReturnType<Cache['get']>): Promise<Reading> => {
    const { body, source } = await result;
    return { values: JSON.parse(body.toString()) as number[], source };
  };
  const cache = createCache(
    {
      store: wrapStore(createRedisStore(connection)),
      log: { debug: () => {}, warn: () => {} },
      now: Date.now,
      turn: connection.turn,
      beforeReturn: async () => {
        await options.beforeReturn({ invalidate });
        options.onReturned();
      },
    },
    // Small, so that copies are pushed out and looked up again.
    { ...defaultCacheSettings, maxL1Bytes: 20_000, recheckMs: 200, leaseWaitMs: options.leaseWaitMs },
  );
  return {
    get: (view, load) => read(cache.get(policyFor(view), view, load)),
    refresh: (view, load) => read(cache.refresh(policyFor(view), view, load)),
    invalidate,
    async ready() {
      while (cache.state !== 'closed') await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async close() {
      await cache.close();
      await connection.close();
    },
  };
}

/** A mutant without validation: each process goes on with the versions that it saw first. */
export function withFirstVersions(store: CacheStore): CacheStore {
  const first = new Map<string, string>();
  const remember = (tag: string, version: string | null): string | null => {
    const known = first.get(tag);
    if (known === undefined && version !== null) first.set(tag, version);
    return known ?? version;
  };
  return {
    ...store,
    async read(tags, keys) {
      const { versions, values } = await store.read(tags, keys);
      return { values, versions: tags.map((tag, index) => remember(tag, versions[index]!)) };
    },
    async ensureVersions(tags) {
      const versions = await store.ensureVersions(tags);
      return tags.map((tag, index) => remember(tag, versions[index]!)!);
    },
  };
}
