import type { Entry } from './entry.ts';
import type { CacheResult, CacheSource } from './policy.ts';

/** An entry, and what was made of it so far. */
export type Presentable = Entry & { presented?: string | undefined };

/** A class, for its `presented`: most callers never ask, and a getter made for each result would cost them. */
export class Result implements CacheResult {
  readonly key: string;
  readonly source: CacheSource;
  readonly #entry: Presentable;
  readonly #present: (body: Buffer, key: string) => string;

  constructor(key: string, entry: Presentable, source: CacheSource, present: (body: Buffer, key: string) => string) {
    this.key = key;
    this.source = source;
    this.#entry = entry;
    this.#present = present;
  }

  get body(): Buffer {
    return this.#entry.body;
  }

  get etag(): string {
    return this.#entry.etag;
  }

  get hit(): boolean {
    return this.source === 'l1' || this.source === 'l2' || this.source === 'grace';
  }

  get presented(): string {
    return (this.#entry.presented ??= this.#present(this.#entry.body, this.key));
  }
}
