export { type Cache, type CacheDeps, type CacheSettings, createCache, defaultCacheSettings } from './cache.ts';
export type { CacheLog } from './log.ts';
export { type CacheService, createCacheService } from './service.ts';
export { type CachePolicy, type CacheResult, type CacheSource, type CacheTarget, type Freshness, StoreUnavailable } from './policy.ts';
export { type CacheStore, ROOT_TAG } from './store.ts';
export { createMemoryStore } from './stores/memory.ts';
export { createRedisStore } from './stores/redis.ts';
