export { type Caching, createCaching } from './caching.ts';
export { createInvalidationNews } from './invalidation-news.ts';
export { bindPolicy, type TtlSeconds } from './policies.ts';
