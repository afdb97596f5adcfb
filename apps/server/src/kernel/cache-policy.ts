import type { TSchema } from 'typebox';
import type { Effect } from './write.ts';

/** What tells the entries of one policy apart; each name stands in the key's pattern. */
export type CacheParams = Readonly<Record<string, string | number>>;

/** How one kind of answer is cached, as data: declared in a module's `*.cache.ts`, shown in docs/CACHE.md. */
export interface CachePolicyDeclaration<P extends CacheParams = CacheParams> {
  /** `rooms.list`: the module, then what it is. */
  readonly name: string;
  /** `cache:rooms:page:{page}:limit:{limit}`, with the names of its parameters. */
  readonly key: string;
  /** Who changes one of these ends the entry: `room:{id}`. */
  readonly tags: readonly string[];
  /** Which `CACHE_TTL_…_SECONDS` holds, by its name in the configuration. */
  readonly ttl: string;
  readonly freshness: 'strict' | { readonly boundedMs: number };
  /** The schema of what is stored: entries of another shape, from another version, are not served. */
  readonly shape: TSchema;
  /** Binds the parameters' type to the declaration. */
  readonly params?: P;
}

export const declarePolicy =
  <P extends CacheParams>() =>
  (declaration: Omit<CachePolicyDeclaration<P>, 'params'>): CachePolicyDeclaration<P> => declaration;

export const CACHE_INVALIDATED = 'cache.invalidated';

/** The effect of a change: nobody who asks after its answer is served what carried one of these tags before. */
export const invalidated = (...tags: readonly string[]): Effect => ({ kind: CACHE_INVALIDATED, payload: { tags } });
