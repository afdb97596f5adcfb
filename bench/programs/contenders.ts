/** The caches that are compared, each set up as its own documentation says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createCache, createRedisStore, type CachePolicy, type Freshness } from '@watchparty/redis-kit/cache';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { Cacheable } from 'cacheable';
import { Redis } from 'ioredis';
import { connect } from '../harness/connect.ts';

const TTL_MS = 300_000;

export interface Contender {
  read(key: string, load: () => Promise<unknown>, tags?: readonly string[]): Promise<unknown>;
  /** Ends all entries that carry the tag. */
  invalidate(tag: string): Promise<unknown>;
}

export async function watchparty(redisUrl: string, freshness: Freshness): Promise<Contender> {
  const redis = await connect(redisUrl);
  const cache = createCache({
    store: createRedisStore(redis), turn: redis.turn, now: Date.now, log: { debug: () => {}, warn: () => {} },
  });
  while (cache.state !== 'closed') await sleep(5);
  const policy: CachePolicy<{ key: string; tags: readonly string[] }> = {
    name: 'bench', key: ({ key }) => key, tags: ({ tags }) => tags, ttlMs: TTL_MS, freshness, fingerprint: 'bench',
  };
  const none: readonly string[] = ['bench'];
  return {
    read: (key, load, tags = none) => cache.get(policy, { key, tags }, load),
    invalidate: (tag) => cache.invalidate([tag]),
  };
}

type Levels = 'all' | 'all-unserialized' | 'redis';

export async function bentocache(redisUrl: string, levels: Levels): Promise<Contender> {
  const { hostname: host, port } = new URL(redisUrl);
  const l2 = redisDriver({ connection: new Redis(redisUrl) });
  const l1 = memoryDriver(levels === 'all' ? { maxSize: '64mb' } : { serialize: false, maxItems: 200_000 });
  const store = levels === 'redis'
    ? bentostore().useL2Layer(l2)
    : bentostore().useL1Layer(l1).useL2Layer(l2).useBus(redisBusDriver({ connection: { host, port: Number(port) } }));
  const bento = new BentoCache({ default: 'main', prefix: `bento-${levels}`, stores: { main: store } });
  return {
    read: (key, factory, tags) => bento.getOrSet({ key, ttl: TTL_MS, factory, ...(tags && { tags: [...tags] }) }),
    invalidate: (tag) => bento.deleteByTag({ tags: [tag] }),
  };
}

export async function cacheable(): Promise<Contender> {
  const cache = new Cacheable({ ttl: TTL_MS });
  return {
    read: (key, load) => cache.getOrSet(key, load),
    invalidate: () => Promise.reject(new Error('Not measured')),
  };
}
