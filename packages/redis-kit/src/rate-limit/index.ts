export { createRateLimiter, type RateLimiter, type RateLimiterDeps, type RateLimiterOptions } from './limiter.ts';
export type { Headers } from './headers.ts';
export type {
  Decision, RateLimitClock, RateLimitDriver, RateLimitLog, Rule, Script, ScriptSender,
} from './types.ts';
