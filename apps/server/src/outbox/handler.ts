import type { Static, TSchema } from 'typebox';
import type { Statement, Tx } from '../db/index.ts';
import type { Effect } from '../kernel/write.ts';

export interface RecordedEffect<P = unknown> {
  /** A UUID of its own, for ever. */
  readonly id: string;
  readonly payload: P;
}

/** What effects of one kind become when they are committed. */
export interface Gathered {
  /** What goes into the outbox in their place. */
  readonly effects: readonly Effect[];
  /**
   * Writes the rest, in the transaction of their change: rows that outlive the effects. `insertion` writes the outbox
   * itself, and must be a part of its statement; undefined where another handler has taken it.
   */
  record(tx: Tx, insertion: Statement | undefined): Promise<void>;
}

/** How effects of one kind are applied. Idempotent: after a crash an effect may be applied again. */
export interface EffectHandler<S extends TSchema = TSchema> {
  readonly kind: string;
  readonly schema: S;
  /** True: the write's answer waits until the effect is applied (invalidations). */
  readonly answerWaits: boolean;
  /**
   * True: whoever wrote an effect without a key applies it without a lock, so that it may be applied twice at the same
   * time. Always so where the answer waits.
   */
  readonly unlocked?: boolean;
  /** All that one change has of this kind, none of them with a key, before it is committed. Throws where it must not be. */
  gather?(effects: readonly RecordedEffect<Static<S>>[]): Gathered;
  /**
   * Applies all, in this order, or throws. `EffectUnavailable` says that the target is away, not that the row is bad.
   * `ids` are the effects' own, in the same order. `tx` holds the locks of their rows, for reading; undefined where
   * they are fresh from this process, which then gets the very objects that were added.
   */
  apply(payloads: readonly Static<S>[], ids: readonly string[], tx: Tx | undefined): Promise<void>;
}

/**
 * The effect's target (Redis, the storage) cannot be reached: try again later, without counting it against the row.
 * Of effects that answers wait for it also says that this node shows nothing of the target before they are applied.
 */
export class EffectUnavailable extends Error {
  override readonly name: string = 'EffectUnavailable';
}

/** The handler did not come back in time. Perhaps its target hangs, perhaps it was given too much at once; who knows what it shows. */
export class EffectTimeout extends EffectUnavailable {
  override readonly name = 'EffectTimeout';
}

/** Applies or throws; `EffectTimeout` after `timeoutMs`, so that a handler that hangs cannot hold its rows for ever. */
export async function callHandler(
  handler: EffectHandler, effects: readonly RecordedEffect[], timeoutMs: number, tx?: Tx,
): Promise<void> {
  const payloads = effects.map(({ payload }) => payload);
  const ids = effects.map(({ id }) => id);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EffectTimeout(`${handler.kind} took longer than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([handler.apply(payloads, ids, tx), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** A kind of effect: builds effects with a payload of its schema, and is bound to its `apply` in `main`. */
export interface EffectKind<S extends TSchema> {
  readonly kind: string;
  of(payload: Static<S>, key?: string): Effect;
  handler(apply: EffectHandler<S>['apply'], gather?: EffectHandler<S>['gather']): EffectHandler;
}

export const effectKind = <S extends TSchema>(kind: string, schema: S, options: { answerWaits: boolean; unlocked?: boolean }): EffectKind<S> => ({
  kind,
  of: (payload, key) => ({ kind, payload, ...(key !== undefined && { key }) }),
  handler: (apply, gather) => ({ kind, schema, unlocked: false, ...options, apply, ...(gather && { gather }) }),
});
