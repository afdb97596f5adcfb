import type { Cache, CachePolicy } from '@watchparty/redis-kit/cache';
import type { CacheParams, CachePolicyDeclaration, Reads } from '../kernel/cache-policy.ts';
import { bindPolicy, type TtlSeconds } from './policies.ts';

/** The modules' own reads through the cache. */
export function createReads(cache: Cache, ttlSeconds: TtlSeconds): Reads {
  const policies = new Map<CachePolicyDeclaration, CachePolicy<CacheParams>>();

  function bound(declaration: CachePolicyDeclaration): CachePolicy<CacheParams> {
    let policy = policies.get(declaration);
    if (policy === undefined) policies.set(declaration, (policy = bindPolicy(declaration, ttlSeconds)));
    return policy;
  }

  return {
    value: (declaration, params, load) => cache.value(bound(declaration as CachePolicyDeclaration), params, load),
    async refresh<P extends CacheParams, V>(declaration: CachePolicyDeclaration<P>, params: P, load: () => Promise<V>): Promise<V> {
      const { body } = await cache.refresh(bound(declaration as CachePolicyDeclaration), params, load);
      return JSON.parse(body.toString('utf8')) as V;
    },
    usesOf: (declaration, params) => cache.usesOf(bound(declaration).key(params)),
    get available() {
      return cache.state === 'closed';
    },
  };
}
