export { createRateLimiter, type RateLimiter, type RateLimiterDeps, type RateLimiterOptions } from './limiter.ts';
export type { Headers } from './headers.ts';
export { createMemoryRateLimitDriver } from './memory-driver.ts';
export { createRedisRateLimitDriver } from './redis-driver.ts';
export { createScriptSender } from './script-sender.ts';
export { createAllowList, subjectOfIp } from './subject.ts';
export type {
  Decision, RateLimitClock, RateLimitDriver, RateLimitLog, Rule, Script, ScriptSender,
} from './types.ts';
