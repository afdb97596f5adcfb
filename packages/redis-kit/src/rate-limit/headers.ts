import type { Decision, Rule } from './types.ts';

/** Of draft-ietf-httpapi-ratelimit-headers-11 and RFC 9110. */
export interface Headers {
  readonly 'RateLimit-Policy'?: string;
  readonly RateLimit?: string;
  readonly 'Retry-After'?: string;
}

const NOTHING: Headers = Object.freeze({});

/** Whole seconds, upwards: who comes back then is not too early. */
const seconds = (ms: number): number => Math.ceil(ms / 1000);

/** `"anonymous";q=100;w=900`: the quota and its window in whole seconds. */
export const policyHeader = (prefix: string, { max, windowMs }: Rule): string =>
  `"${prefix}";q=${max};w=${seconds(windowMs)}`;

/** Nothing is told of a limit that is off. `t` is left out while everything is free, and never more than the window. */
export function rateLimitHeaders(prefix: string, policy: string, { windowMs }: Rule, decision: Decision): Headers {
  const { allowed, remaining, resetMs, retryAfterMs, source } = decision;
  if (source === 'off') return NOTHING;
  const reset = resetMs > 0 ? `;t=${seconds(Math.min(resetMs, windowMs))}` : '';
  const limit = `"${prefix}";r=${remaining}${reset}`;
  if (allowed) return { 'RateLimit-Policy': policy, RateLimit: limit };
  return { 'RateLimit-Policy': policy, RateLimit: limit, 'Retry-After': `${seconds(retryAfterMs)}` };
}
