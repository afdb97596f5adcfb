import type { Cache } from './cache.ts';
import type { CachePolicy } from './policy.ts';

/** The cache by plain keys, for programs that know their keys and nothing of policies. */
export interface CacheService {
  /** Any JSON value. What was there is served no more, on any node, once this resolves. Throws `StoreUnavailable`. */
  setCache(key: string, value: unknown, ttlSeconds: number): Promise<void>;
  /** What was set under the key; undefined where there is nothing, or its time is up. */
  getCache<T = unknown>(key: string): Promise<T | undefined>;
  deleteCache(key: string): Promise<void>;
  /** Keys that match a glob pattern, also of what others keep; by iteration, never `KEYS`. */
  getKeysByPattern(pattern: string): Promise<string[]>;
  /** Nothing stored before is served any more, on any node. Queues, sessions and streams are no part of the cache. */
  clearAll(): Promise<void>;
}

class Missing extends Error {
  override readonly name = 'Missing';
}

export function createCacheService(cache: Cache): CacheService {
  const policy = (ttlSeconds: number): CachePolicy<string> => ({
    name: 'service', key: (key) => key, tags: (key) => [`key:${key}`], ttlMs: ttlSeconds * 1000, freshness: 'strict', fingerprint: 'service',
  });
  const reading = policy(1);

  return {
    async setCache(key, value, ttlSeconds) {
      // What somebody sets at the same moment has other versions: of two values one is served, never the one before.
      await cache.invalidate([`key:${key}`]);
      await cache.refresh(policy(ttlSeconds), key, async () => value);
    },
    async getCache<T>(key: string) {
      try {
        return await cache.value<string, T>(reading, key, () => Promise.reject(new Missing()));
      } catch (error) {
        if (error instanceof Missing) return undefined;
        throw error;
      }
    },
    async deleteCache(key) {
      await cache.delete([key]);
      await cache.invalidate([`key:${key}`]);
    },
    async getKeysByPattern(pattern) {
      const keys: string[] = [];
      for await (const key of cache.find(pattern)) keys.push(key);
      return keys;
    },
    clearAll: () => cache.clear(),
  };
}
