import { type Headers, policyHeader, rateLimitHeaders } from './headers.ts';
import type { Decision, RateLimitDriver, Rule } from './types.ts';

export interface RateLimiterOptions extends Rule {
  /** Names the policy in keys (`ratelimit:{prefix}:{subject}`) and headers: letters, digits, `-` and `_`. */
  readonly prefix: string;
  /** How much a subject may have in any `windowMs`, 1 to 2³¹ − 1; 0 turns the limiter off. */
  readonly max: number;
  /** 50 ms to 24 days. */
  readonly windowMs: number;
  /** For the body of a refusal. */
  readonly message?: string;
}

export interface RateLimiterDeps {
  readonly driver: RateLimitDriver;
  /** Subjects that are never limited or counted. */
  readonly allow?: (subject: string) => boolean;
}

export interface RateLimiter {
  readonly message: string;
  /** The value of `RateLimit-Policy`; empty when the limiter is off. */
  readonly policyHeader: string;
  /**
   * May `subject` (a user's id, an address as `subjectOfIp` writes it) have `cost` more (1 by default)? What is
   * refused is not counted. Throws a RangeError for a cost that is no positive integer.
   */
  check(subject: string, cost?: number): Promise<Decision>;
  /** The same without a promise, for hot paths: `decided` is called once, maybe within this call, and must not throw. */
  ask(subject: string, decided: (decision: Decision) => void): void;
  /** What an answer tells of a decision: `RateLimit-Policy`, `RateLimit` and, when refused, `Retry-After`. */
  headers(decision: Decision): Headers;
}

const MAX_WINDOW_MS = 24 * 24 * 60 * 60 * 1000;
const MAX_COUNT = 2 ** 31 - 1;

export function createRateLimiter(options: RateLimiterOptions, { driver, allow }: RateLimiterDeps): RateLimiter {
  const { max, windowMs, prefix, message = 'Too many requests, please try again later' } = options;
  if (!/^[\w-]{1,64}$/.test(prefix)) throw new RangeError(`Not a prefix of rate limits: ${JSON.stringify(prefix)}`);
  integer('max', max, 0, MAX_COUNT);
  integer('windowMs', windowMs, 50, MAX_WINDOW_MS);

  const rule: Rule = { max, windowMs };
  const policy = max === 0 ? '' : policyHeader(prefix, rule);
  const keyPrefix = `ratelimit:${prefix}:`;
  const unlimited: Decision = Object.freeze({
    allowed: true, limit: max, remaining: max, resetMs: 0, retryAfterMs: 0, source: 'off',
  });

  function take(subject: string, cost: number, decided: (decision: Decision) => void): void {
    if (max === 0 || allow?.(subject) === true) decided(unlimited);
    else driver.take(keyPrefix + subject, rule, cost, decided);
  }

  return {
    message,
    policyHeader: policy,
    check(subject, cost = 1) {
      integer('cost', cost, 1, MAX_COUNT);
      return new Promise((resolve) => take(subject, cost, resolve));
    },
    ask: (subject, decided) => take(subject, 1, decided),
    headers: (decision) => rateLimitHeaders(prefix, policy, rule, decision),
  };
}

function integer(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`);
}
