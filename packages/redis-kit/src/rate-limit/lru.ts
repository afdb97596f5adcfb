/** A map that keeps the `capacity` entries touched last. */
export class Lru<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#entries[Symbol.iterator]();
  }

  /** The entry, made if there is none, and now the one touched last. */
  touch(key: K, create: () => V): V {
    const known = this.#entries.get(key);
    const value = known ?? create();
    if (known !== undefined) this.#entries.delete(key);
    else if (this.#entries.size >= this.#capacity) this.#entries.delete(this.#entries.keys().next().value as K);
    this.#entries.set(key, value);
    return value;
  }
}
