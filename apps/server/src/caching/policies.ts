import { createHash } from 'node:crypto';
import type { CachePolicy } from '@watchparty/redis-kit/cache';
import type { CacheParams, CachePolicyDeclaration } from '../kernel/cache-policy.ts';

export type TtlSeconds = Readonly<Record<string, number>>;

/** Makes a declared policy ready for use: patterns compiled, the configured TTL bound. */
export function bindPolicy(declaration: CachePolicyDeclaration, ttlSeconds: TtlSeconds): CachePolicy<CacheParams> {
  const seconds = ttlSeconds[declaration.ttl];
  if (seconds === undefined) throw new Error(`Policy ${declaration.name} names no TTL of the configuration: ${declaration.ttl}`);
  const tags = declaration.tags.map(compile);
  return {
    name: declaration.name,
    key: compile(declaration.key),
    tags: (params) => tags.map((tag) => tag(params)),
    ttlMs: seconds * 1000,
    freshness: declaration.freshness,
    ...(declaration.maxAgeMs !== undefined && { maxAgeMs: declaration.maxAgeMs }),
    fingerprint: createHash('sha256').update(JSON.stringify(declaration.shape)).digest('base64url').slice(0, 8),
  };
}

/** `room:{id}` → a function of `{id}`. Called several times for each request. */
function compile(pattern: string): (params: CacheParams) => string {
  const [start = '', ...rest] = pattern.split(/\{(\w+)\}/);
  return (params) => {
    let text = start;
    for (let index = 0; index < rest.length; index += 2) text += String(params[rest[index]!]) + rest[index + 1]!;
    return text;
  };
}
