export type Freshness = 'strict' | { readonly boundedMs: number };

/** How one kind of value is cached, as data. `P` are the parameters that tell its entries apart. */
export interface CachePolicy<P = void> {
  /** Unique; names the policy in figures and documents: `rooms.list`. */
  readonly name: string;
  /** The entry's key in the store: `cache:room:5`. */
  key(params: P): string;
  /** What the value depends on: whoever changes one of these invalidates the tag. */
  tags(params: P): readonly string[];
  readonly ttlMs: number;
  /** Older entries are not served, whatever their tags: for values that change without telling. CA20 */
  readonly maxAgeMs?: number;
  readonly freshness: Freshness;
  /** Changes with the value's shape; entries of another shape are not served. */
  readonly fingerprint: string;
  /** How long past its end an entry may be served when the load fails; 0: not at all. */
  readonly graceMs?: number;
}

/** An entry's key and tags, made ready once for many looks at it. */
export interface CacheTarget {
  readonly policy: Pick<CachePolicy<never>, 'name' | 'fingerprint' | 'freshness' | 'maxAgeMs'>;
  readonly key: string;
  readonly tags: readonly string[];
}

export type CacheSource = 'l1' | 'l2' | 'load' | 'grace' | 'bypass';

export interface CacheResult {
  readonly key: string;
  /** The value as JSON in UTF-8, ready to be sent. Not to be changed: it may be shared. */
  readonly body: Buffer;
  /** A validator of `body`, without quotes. */
  readonly etag: string;
  readonly source: CacheSource;
  /** True when the value came from a stored entry. */
  readonly hit: boolean;
  /** What `present` made of the body, kept with this process's copy of the entry: a character for each byte (latin1). */
  readonly presented: string;
}

/** The store did not answer in time, or is known to be away. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
