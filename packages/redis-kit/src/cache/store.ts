/** Where tag versions and shared entries lie. Every method throws `StoreUnavailable` when the store is away. */
export interface CacheStore {
  /** False: a store of this process alone. Leases and shared entries are then of no use. */
  readonly shared: boolean;
  /** One round trip for all: versions of tags (null: missing) and values of keys (null: missing). */
  read(tags: readonly string[], keys: readonly string[]): Promise<StoreRead>;
  /** Gives a version to those tags that have none; answers the versions in force. */
  ensureVersions(tags: readonly string[]): Promise<string[]>;
  /** Gives each tag a new version. */
  bump(tags: readonly string[]): Promise<void>;
  write(entries: readonly { readonly key: string; readonly value: Buffer; readonly ttlMs: number }[]): Promise<void>;
  /** True for one caller until it is released or its time is up. */
  lease(key: string, ttlMs: number): Promise<boolean>;
  release(key: string): Promise<void>;
  delete(keys: readonly string[]): Promise<number>;
  /** Keys that match a glob pattern, by iteration; never blocks the server. */
  find(pattern: string): AsyncIterable<string>;
  figures(): Promise<{ readonly keys: number; readonly memoryBytes: number }>;
  /** Makes sure that the store answers and that its entries may be trusted: gives the root tag a new version if not. CA9 */
  probe(): Promise<void>;
  /** Called when the store is lost, before any read could notice. */
  onLost(listener: () => void): void;
  /** Called when it can be reached again. */
  onBack(listener: () => void): void;
  close(): Promise<void>;
}

export interface StoreRead {
  readonly versions: readonly (string | null)[];
  readonly values: readonly (Buffer | null)[];
}

/** Carried by every entry. */
export const ROOT_TAG = '*';
