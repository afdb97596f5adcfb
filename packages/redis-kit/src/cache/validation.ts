import type { Turn } from '../redis/index.ts';
import type { CacheStore } from './store.ts';

/** What one batch has read; shared by all requests that joined before it was sent. */
export interface Batch {
  version(tag: string): string | null;
  value(key: string): Buffer | null;
}

export interface Validation {
  /**
   * Versions of the tags, and the value of `key` where one is given, read after this call. All calls of one turn of the
   * event loop share one read; a batch already sent takes nobody in. CA5, CA15
   */
  read(tags: readonly string[], key: string | undefined): Promise<Batch>;
  /** Versions of the tags, made where they are missing; shared in the same way. */
  ensure(tags: readonly string[]): Promise<string[]>;
}

interface Collecting {
  readonly tags: Map<string, number>;
  readonly keys: Map<string, number>;
  readonly result: PromiseWithResolvers<Batch>;
}

export function createValidation(store: CacheStore, turn: Turn, onBatch: (requests: number) => void): Validation {
  let ensuring: { readonly tags: Map<string, number>; readonly result: PromiseWithResolvers<string[]> } | undefined;
  let collecting: Collecting | undefined;
  let requests = 0;

  function send(): void {
    const { tags, keys, result } = collecting!;
    onBatch(requests);
    collecting = undefined;
    requests = 0;
    store.read([...tags.keys()], [...keys.keys()]).then(
      ({ versions, values }) =>
        result.resolve({
          version: (tag) => versions[tags.get(tag)!] ?? null,
          value: (key) => values[keys.get(key)!] ?? null,
        }),
      (error: unknown) => result.reject(error),
    );
  }

  return {
    read(tags, key) {
      if (collecting === undefined) {
        collecting = { tags: new Map(), keys: new Map(), result: Promise.withResolvers() };
        turn.add(send);
      }
      requests += 1;
      turn.grown();
      for (const tag of tags) if (!collecting.tags.has(tag)) collecting.tags.set(tag, collecting.tags.size);
      if (key !== undefined && !collecting.keys.has(key)) collecting.keys.set(key, collecting.keys.size);
      return collecting.result.promise;
    },
    async ensure(tags) {
      if (ensuring === undefined) {
        ensuring = { tags: new Map(), result: Promise.withResolvers() };
        turn.add(() => {
          const { tags: wanted, result } = ensuring!;
          ensuring = undefined;
          store.ensureVersions([...wanted.keys()]).then(result.resolve, result.reject);
        });
      }
      const { tags: wanted, result } = ensuring;
      for (const tag of tags) if (!wanted.has(tag)) wanted.set(tag, wanted.size);
      const versions = await result.promise;
      return tags.map((tag) => versions[wanted.get(tag)!]!);
    },
  };
}
