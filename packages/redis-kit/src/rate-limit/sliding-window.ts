import type { Rule } from './types.ts';

/**
 * The window is counted in slices: each remembers how much it admitted and when it did so last, and all of it counts
 * until that moment has left the window. So nothing is forgotten too early, and nothing is remembered longer than a
 * slice too long: 1.6 % with 64 of them, where 2 % are allowed. RL1, RL2
 */
export const SLICES = 64;

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

/** What still counts: from which entry on, how much, and at what time. */
interface View {
  readonly first: number;
  readonly total: number;
  readonly atMs: number;
}

/**
 * One subject's window in this process. The Redis script counts the same way; a test holds them to each other.
 * Only what is admitted changes it.
 */
export class SlidingWindow {
  /** When and how much, alternating, oldest first. */
  #entries: number[] = [];
  #total = 0;

  /** What counts now. */
  total(windowMs: number, nowMs: number): number {
    return this.#view(windowMs, nowMs).total;
  }

  take(rule: Rule, cost: number, times: number, nowMs: number): Taking {
    const view = this.#view(rule.windowMs, nowMs);
    const free = rule.max - view.total;
    const admitted = fitting(free, cost, times);
    const { first, total } = admitted > 0 ? this.#put(admitted * cost, rule.windowMs, view) : view;
    const untilGoneMs = (i: number): number => rule.windowMs + 1 - (nowMs - this.#entries[i]!);
    let retryAfterMs = 0;
    if (admitted < times) {
      let need = total + cost - rule.max;
      for (let i = first; need > 0 && i < this.#entries.length; i += 2) {
        need -= this.#entries[i + 1]!;
        retryAfterMs = untilGoneMs(i);
      }
      if (need > 0) retryAfterMs = rule.windowMs;
    }
    return { free, resetMs: first < this.#entries.length ? untilGoneMs(first) : 0, retryAfterMs };
  }

  /** Counts what somebody else admitted, whether or not it fits. */
  add(amount: number, windowMs: number, nowMs: number): void {
    this.#put(amount, windowMs, this.#view(windowMs, nowMs));
  }

  /** Makes the whole window hold `total`: what is missing was admitted now, what is too much was the oldest. */
  setTotal(total: number, windowMs: number, nowMs: number): void {
    const view = this.#view(windowMs, nowMs);
    let surplus = view.total - total;
    if (surplus < 0) this.#put(-surplus, windowMs, view);
    if (surplus <= 0) return;
    this.#forgetBefore(view);
    while (surplus > 0) {
      const oldest = this.#entries[1] ?? surplus;
      if (oldest > surplus) this.#entries[1] = oldest - surplus;
      else this.#entries.splice(0, 2);
      this.#total -= Math.min(oldest, surplus);
      surplus -= oldest;
    }
  }

  /**
   * For a subject the clock never goes back: its time stands still until the clock has caught up, or begins anew when
   * that would take longer than a window.
   */
  #view(windowMs: number, nowMs: number): View {
    const newestMs = this.#entries.at(-2) ?? -Infinity;
    if (newestMs > nowMs + windowMs) return { first: this.#entries.length, total: 0, atMs: nowMs };
    const atMs = Math.max(nowMs, newestMs);
    let [first, total] = [0, this.#total];
    for (; first < this.#entries.length && atMs - this.#entries[first]! > windowMs; first += 2) {
      total -= this.#entries[first + 1]!;
    }
    return { first, total, atMs };
  }

  #forgetBefore({ first, total }: View): void {
    if (first > 0) this.#entries.splice(0, first);
    this.#total = total;
  }

  #put(amount: number, windowMs: number, view: View): View {
    this.#forgetBefore(view);
    const { atMs } = view;
    const slice = sliceMs(windowMs);
    const last = this.#entries.length - 2;
    const same = last >= 0 && Math.floor(this.#entries[last]! / slice) === Math.floor(atMs / slice);
    if (same) {
      this.#entries[last] = atMs;
      this.#entries[last + 1]! += amount;
    } else if (last < 0) {
      // What is pushed to an empty list gets room for seventeen, and most subjects come once.
      this.#entries = [atMs, amount];
    } else {
      this.#entries.push(atMs, amount);
    }
    this.#total += amount;
    return { first: 0, total: this.#total, atMs };
  }
}
