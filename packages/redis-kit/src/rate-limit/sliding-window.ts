import type { Rule } from './types.ts';

/**
 * The window is counted in slices: each remembers how much it admitted and when it did so last, and all of it counts
 * until that moment has left the window. So nothing is forgotten too early, and nothing is remembered longer than a
 * slice too long: 1.6 % with 64 of them, where 2 % are allowed. RL1, RL2
 */
export const SLICES = 64;
/** What a window of 50 to 127 ms has, whose slices cannot be shorter than a millisecond; also after a changed rule. RL4 */
export const MAX_ENTRIES = 132;

export const sliceMs = (windowMs: number): number => Math.max(1, Math.floor(windowMs / SLICES));

/** What a run of equal checks found, enough to tell what came of each of them. */
export interface Taking {
  /** Free before the first; negative when the rule became stricter. */
  readonly free: number;
  /** Until the oldest slice leaves the window; 0 when there is none. */
  readonly resetMs: number;
  /** Until one of those refused would be allowed; 0 when none was. */
  readonly retryAfterMs: number;
}

/** How many of `times` checks of `cost` fit into what is free. */
export const fitting = (free: number, cost: number, times: number): number =>
  Math.min(times, Math.max(0, Math.floor(free / cost)));

/** One subject's window in this process. The Redis script counts the same way; a test holds them to each other. */
export class SlidingWindow {
  /** When and how much, alternating, oldest first. */
  readonly #entries: number[] = [];
  #total = 0;

  /** When the newest was admitted; -Infinity when nothing counts. */
  get newestMs(): number {
    return this.#entries.at(-2) ?? -Infinity;
  }

  take(rule: Rule, cost: number, times: number, nowMs: number): Taking {
    const atMs = this.#settle(rule.windowMs, nowMs);
    const free = rule.max - this.#total;
    const admitted = fitting(free, cost, times);
    if (admitted > 0) this.#put(admitted * cost, rule.windowMs, atMs);
    const waitMs = (labelMs: number) => rule.windowMs + 1 - (nowMs - labelMs);
    const [oldest] = this.#entries;
    return {
      free,
      resetMs: oldest === undefined ? 0 : waitMs(oldest),
      retryAfterMs: admitted === times ? 0 : this.#untilFree(cost - rule.max, waitMs) ?? rule.windowMs,
    };
  }

  /** Counts what somebody else admitted, whether or not it fits. */
  add(amount: number, windowMs: number, nowMs: number): void {
    this.#put(amount, windowMs, this.#settle(windowMs, nowMs));
  }

  /** Makes the whole window hold `total`: what is missing was admitted now, what is too much was the oldest. */
  setTotal(total: number, windowMs: number, nowMs: number): void {
    const atMs = this.#settle(windowMs, nowMs);
    let surplus = this.#total - total;
    if (surplus < 0) return this.#put(-surplus, windowMs, atMs);
    while (surplus > 0) {
      const dropped = Math.min(surplus, this.#entries[1] ?? surplus);
      surplus -= dropped;
      this.#total -= dropped;
      if (dropped === this.#entries[1]) this.#entries.splice(0, 2);
      else this.#entries[1]! -= dropped;
    }
  }

  /**
   * Forgets what has left the window, and tells the time to count by. For a subject the clock never goes back:
   * its time stands still until the clock has caught up, or begins anew when that would take longer than a window.
   */
  #settle(windowMs: number, nowMs: number): number {
    const aheadMs = this.newestMs - nowMs;
    if (aheadMs > windowMs) {
      this.#entries.length = 0;
      this.#total = 0;
    }
    const atMs = aheadMs > 0 && aheadMs <= windowMs ? this.newestMs : nowMs;
    let gone = 0;
    while (gone < this.#entries.length && atMs - this.#entries[gone]! > windowMs) {
      this.#total -= this.#entries[gone + 1]!;
      gone += 2;
    }
    if (gone > 0) this.#entries.splice(0, gone);
    return atMs;
  }

  #put(amount: number, windowMs: number, atMs: number): void {
    const slice = sliceMs(windowMs);
    this.#total += amount;
    const last = this.#entries.length - 2;
    const same = last >= 0 && Math.floor(this.newestMs / slice) === Math.floor(atMs / slice);
    if (same || last >= 2 * (MAX_ENTRIES - 1)) {
      this.#entries[last] = atMs;
      this.#entries[last + 1]! += amount;
    } else {
      this.#entries.push(atMs, amount);
    }
  }

  /** Until what is counted, above `beyond`, has left: undefined when even an empty window has no room. */
  #untilFree(beyond: number, waitMs: (labelMs: number) => number): number | undefined {
    let need = this.#total + beyond;
    for (let i = 0; i < this.#entries.length; i += 2) {
      need -= this.#entries[i + 1]!;
      if (need <= 0) return waitMs(this.#entries[i]!);
    }
    return undefined;
  }
}
