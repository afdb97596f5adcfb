import type { Tx } from '../db/index.ts';

/** Something that must happen after the commit, written down with it. */
export interface Effect {
  /** A UUID for it to be known by beforehand; by default a new one. */
  readonly id?: string;
  /** Names the handler, such as `storage.delete`. */
  readonly kind: string;
  /** Effects with the same key are applied one after another, in commit order. */
  readonly key?: string;
  /** JSON, fit for the handler's schema. */
  readonly payload: object;
}

export interface Effects {
  add(effect: Effect): void;
}

/**
 * The one way to change anything: runs `work` in a transaction, commits its rows and its effects together,
 * and answers once the effects that an answer must wait for are applied. `work` may run several times
 * (serialization failures), so it touches nothing but `tx` and `effects`.
 */
export type Write = <T>(work: (tx: Tx, effects: Effects) => Promise<T>) => Promise<T>;
