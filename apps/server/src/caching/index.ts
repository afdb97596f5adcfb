export { type Caching, createCaching } from './caching.ts';
export { bindPolicy, type TtlSeconds } from './policies.ts';
