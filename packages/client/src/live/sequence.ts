/** Puts what is numbered without a gap back into its order, however it comes: each number once, none before its turn. */
export class Sequence<T> {
  #last: number | undefined;
  readonly #early = new Map<number, T>();

  /** Undefined: nobody has said yet where it begins; all is held. */
  constructor(last?: number) {
    this.#last = last;
  }

  /** The highest number without a gap before it. */
  get last(): number | undefined {
    return this.#last;
  }

  /** Something is held whose turn has not come. */
  get hasGap(): boolean {
    return this.#last !== undefined && this.#early.size > 0;
  }

  /** What is held under this number until its turn comes. */
  early(number: number): T | undefined {
    return this.#early.get(number);
  }

  /** Holds it, unless its turn is over; what was held under this number is replaced. */
  offer(number: number, item: T): void {
    if (this.#last === undefined || number > this.#last) this.#early.set(number, item);
  }

  /** Whose turn it is. */
  take(): T[] {
    const taken: T[] = [];
    if (this.#last === undefined) return taken;
    for (let item = this.#early.get(this.#last + 1); item !== undefined; item = this.#early.get(this.#last + 1)) {
      this.#last += 1;
      this.#early.delete(this.#last);
      taken.push(item);
    }
    return taken;
  }

  /** Whatever is missing up to this number does not come any more; answers what was held of it, in order. */
  jump(to: number): T[] {
    if (this.#last !== undefined && to <= this.#last) return [];
    const skipped = [...this.#early].filter(([number]) => number <= to).toSorted(([a], [b]) => a - b);
    for (const [number] of skipped) this.#early.delete(number);
    this.#last = to;
    return skipped.map(([, item]) => item);
  }
}
