import { type Cache, type CacheStore, createCache, defaultCacheSettings, StoreUnavailable } from '@watchparty/redis-kit/cache';
import type { Turn } from '@watchparty/redis-kit/redis';
import Type from 'typebox';
import type { Clock } from '../kernel/clock.ts';
import { CACHE_INVALIDATED, type Reads } from '../kernel/cache-policy.ts';
import type { Log } from '../kernel/log.ts';
import { type EffectHandler, effectKind, EffectUnavailable } from '../outbox/index.ts';
import type { TtlSeconds } from './policies.ts';
import { createReads } from './reads.ts';

interface Deps {
  readonly store: CacheStore;
  /** The turn of the store's connection. */
  readonly turn: Turn;
  readonly ttlSeconds: TtlSeconds;
  readonly clock: Clock;
  readonly log: Log;
  /** Payloads of invalidations that some write has committed and nobody is known to have applied. */
  readonly pending: () => Promise<readonly object[]>;
  /** Lets effects that rest because the store was away be tried at once. */
  readonly takeUp: () => Promise<unknown>;
  /** Tells other nodes what this one has invalidated; left out where there are none. */
  readonly publish?: (tags: readonly string[]) => void;
}

export interface Caching {
  readonly cache: Cache;
  readonly reads: Reads;
  /** Applies the tags that writes name, before they are answered. */
  readonly handler: EffectHandler;
}

const Payload = Type.Object({ tags: Type.Array(Type.String(), { minItems: 1 }) }, { additionalProperties: false });

/** The server's cache over a store, and the effect that invalidates it. */
export function createCaching({ store, turn, ttlSeconds, clock, log, pending, takeUp, publish }: Deps): Caching {
  const debug = log.isLevelEnabled('debug');
  const cache = createCache(
    {
      store,
      now: clock.now,
      turn,
      ...(publish !== undefined && { publish }),
      present: presentHit,
      log: { debug: (text) => debug && log.debug(text), warn: (details, text) => log.warn(details, text) },
      afterReturn: () => {
        takeUp().catch((err: unknown) => log.debug({ err }, 'The outbox will look by itself'));
      },
      // While this node could not reach the store others may have written: whatever is still owed is applied first.
      beforeReturn: async () => {
        const owed = (await pending()) as readonly { tags: readonly string[] }[];
        await cache.invalidate([...new Set(owed.flatMap(({ tags }) => tags))]);
      },
    },
    { ...defaultCacheSettings, inspectEvery: 1000 },
  );
  const handler = effectKind(CACHE_INVALIDATED, Payload, { answerWaits: true }).handler(async (payloads) => {
    const tags = new Set((payloads as readonly { tags: readonly string[] }[]).flatMap((payload) => payload.tags));
    try {
      await cache.invalidate([...tags]);
    } catch (cause) {
      if (cause instanceof StoreUnavailable) throw new EffectUnavailable('The cache cannot be reached', { cause });
      throw cause;
    }
  });
  return { cache, reads: createReads(cache, ttlSeconds), handler };
}

/** The whole answer to a hit, made once and kept beside the entry. */
const presentHit = (body: Buffer, key: string): string =>
  `{"success":true,"data":${body.toString('latin1')},"_cached":true,"_cacheKey":${Buffer.from(JSON.stringify(key)).toString('latin1')}}`;
