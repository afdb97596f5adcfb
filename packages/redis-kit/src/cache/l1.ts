import type { Entry } from './entry.ts';

/** This process's copy of an entry. */
export interface Copy extends Entry {
  /** When its versions were last seen to be current. */
  confirmedAtMs: number;
  /** When it was last seen in the store. CA18 */
  seenInStoreAtMs: number;
  /** How often it was served. */
  uses: number;
  /** The answer that was made of the body. */
  presented: string | undefined;
}

export interface L1 {
  /** Counts as a use. Undefined when missing or past its end (see `past`). */
  get(key: string): Copy | undefined;
  set(key: string, copy: Copy): void;
  delete(key: string): void;
  /** How often the copy was served; asking counts as no use. */
  uses(key: string): number;
  keys(): Iterable<string>;
  clear(): void;
  readonly bytes: number;
  readonly size: number;
}

/** What the objects around a body take, measured once on Node 24: map slot, entry, versions, buffer headers. */
const OVERHEAD_BYTES = 700;

/** Bounded by bytes, least recently used first out. CA16: a Map keeps insertion order, a use moves to its end. */
export function createL1(maxBytes: number): L1 {
  const copies = new Map<string, Copy>();
  let bytes = 0;
  // The presented answer is about as large as the body it holds.
  const sizeOf = (key: string, copy: Copy): number => key.length * 2 + copy.body.length * 2 + OVERHEAD_BYTES;

  function remove(key: string): void {
    const copy = copies.get(key);
    if (copy === undefined) return;
    copies.delete(key);
    bytes -= sizeOf(key, copy);
  }

  let newest: string | undefined;
  return {
    get(key) {
      const copy = copies.get(key);
      // A hot key is the newest most of the time; then there is nothing to move.
      if (copy !== undefined && newest !== key) {
        copies.delete(key);
        copies.set(key, copy);
        newest = key;
      }
      return copy;
    },
    set(key, copy) {
      remove(key);
      const size = sizeOf(key, copy);
      if (size > maxBytes) return;
      copies.set(key, copy);
      newest = key;
      bytes += size;
      for (const oldest of copies.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
    delete: remove,
    uses: (key) => copies.get(key)?.uses ?? 0,
    keys: () => copies.keys(),
    clear() {
      copies.clear();
      bytes = 0;
      newest = undefined;
    },
    get bytes() {
      return bytes;
    },
    get size() {
      return copies.size;
    },
  };
}
