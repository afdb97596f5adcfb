export type PresenceListener = (userId: number) => void;

/** Who has a live connection: on this node, and on the others as they say. In memory alone. FP1 */
export class PresenceBook {
  /** How many connections each has. */
  readonly #here = new Map<number, number>();
  readonly #elsewhere = new Map<string, Set<number>>();
  readonly #listeners = new Set<PresenceListener>();

  /** Calls back with each whose connections, here or elsewhere, have begun or ended. */
  listen(listener: PresenceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One more connection of theirs; once for each. */
  opened(userId: number): void {
    const before = this.#here.get(userId) ?? 0;
    this.#here.set(userId, before + 1);
    if (before === 0) this.#tell(userId);
  }

  closed(userId: number): void {
    const before = this.#here.get(userId);
    if (before === undefined) return;
    if (before > 1) return void this.#here.set(userId, before - 1);
    this.#here.delete(userId);
    this.#tell(userId);
  }

  isOnline(userId: number): boolean {
    if (this.#here.has(userId)) return true;
    for (const people of this.#elsewhere.values()) if (people.has(userId)) return true;
    return false;
  }

  isHere(userId: number): boolean {
    return this.#here.has(userId);
  }

  here(): number[] {
    return [...this.#here.keys()];
  }

  /** What another node says: these have connections there, those have none any more. */
  heard(node: string, present: readonly number[], gone: readonly number[]): void {
    const known = this.#elsewhere.get(node) ?? new Set();
    this.#elsewhere.set(node, known);
    for (const userId of present) {
      if (known.has(userId)) continue;
      known.add(userId);
      this.#tell(userId);
    }
    for (const userId of gone) if (known.delete(userId)) this.#tell(userId);
  }

  /** Another node names all whom it has. */
  heardAll(node: string, present: readonly number[]): void {
    const named = new Set(present);
    this.heard(node, present, [...(this.#elsewhere.get(node) ?? [])].filter((userId) => !named.has(userId)));
  }

  knows(node: string): boolean {
    return this.#elsewhere.has(node);
  }

  /** The node is gone, and all whom only it had. */
  forget(node: string): void {
    const people = this.#elsewhere.get(node);
    this.#elsewhere.delete(node);
    for (const userId of people ?? []) this.#tell(userId);
  }

  #tell(userId: number): void {
    for (const listener of this.#listeners) listener(userId);
  }
}
