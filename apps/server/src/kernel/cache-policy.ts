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
  /** Older entries are not served, however long they are kept: for what changes without any tag's telling. */
  readonly maxAgeMs?: number;
  /** The schema of what is stored: entries of another shape, from another version, are not served. */
  readonly shape: TSchema;
  /** Binds the parameters' type to the declaration. */
  readonly params?: P;
}

export const declarePolicy =
  <P extends CacheParams>() =>
  (declaration: Omit<CachePolicyDeclaration<P>, 'params'>): CachePolicyDeclaration<P> => declaration;

/** What modules ask of the cache beside their routes' answers. */
export interface Reads {
  /**
   * The value under the policy, from the cache or loaded, as JSON gives it back: never a state older than a write
   * answered before this call. While the cache's store is away it is loaded each time. A `load` that throws stores
   * nothing, and its error comes through.
   */
  value<P extends CacheParams, V>(policy: CachePolicyDeclaration<P>, params: P, load: () => Promise<V>): Promise<V>;
  /** The same, but loaded afresh and stored, whatever is there. */
  refresh<P extends CacheParams, V>(policy: CachePolicyDeclaration<P>, params: P, load: () => Promise<V>): Promise<V>;
  /** How often this process has served its copy of the value since it was loaded; 0 where it has none. */
  usesOf<P extends CacheParams>(policy: CachePolicyDeclaration<P>, params: P): number;
  /** False while the cache's store is away. */
  readonly available: boolean;
}

export const CACHE_INVALIDATED = 'cache.invalidated';

/** The effect of a change: nobody who asks after its answer is served what carried one of these tags before. */
export const invalidated = (...tags: readonly string[]): Effect => ({ kind: CACHE_INVALIDATED, payload: { tags } });
