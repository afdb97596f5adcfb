/** Virtual time: things happen in order, and nothing takes time of its own. */
export class World {
  /** True time, ms. */
  now = 0;
  #queue: { readonly at: number; readonly order: number; readonly call: () => void }[] = [];
  #order = 0;

  /** Answers what prevents it. */
  at(at: number, call: () => void): () => void {
    const item = { at: Math.max(at, this.now), order: (this.#order += 1), call };
    // Inserted in order: the queue is short.
    let index = this.#queue.length;
    while (index > 0 && (this.#queue[index - 1]!.at > item.at)) index -= 1;
    this.#queue.splice(index, 0, item);
    return () => {
      const found = this.#queue.indexOf(item);
      if (found !== -1) this.#queue.splice(found, 1);
    };
  }

  after(ms: number, call: () => void): () => void {
    return this.at(this.now + ms, call);
  }

  /** Lets everything happen that is due until then. */
  runUntil(end: number): void {
    for (let first = this.#queue[0]; first !== undefined && first.at <= end; first = this.#queue[0]) {
      this.#queue.shift();
      this.now = first.at;
      first.call();
    }
    this.now = end;
  }
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
