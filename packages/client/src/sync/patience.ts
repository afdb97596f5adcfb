/** Too far for a change of rate. */
export const SEEK_PAST_MS = 1000;
const TWO_CHECKS_MS = 200;
const SPACING_MS = 2000;
const MAX_SPACING_MS = 30_000;
const RESUME_AFTER_MS = 500;
const GOOD_MS = 100;
/** In order for so long, all is forgiven. */
const GOOD_FOR_MS = 10_000;

/** When to intervene, and how long to wait before the next time: what did not help is tried less and less often. */
export class Patience {
  #spacingMs = SPACING_MS;
  #correctedMs = -Infinity;
  #farSinceMs: number | null = null;
  #goodSinceMs: number | null = null;
  #interruptedMs: number | null = null;
  #interruptions = 0;

  /** All is different from here on. */
  begin(): void {
    this.#spacingMs = SPACING_MS;
    this.forgiveInterruptions();
  }

  started(): void {
    this.#farSinceMs = null;
    this.#goodSinceMs = null;
  }

  forgiveInterruptions(): void {
    this.#interruptions = 0;
    this.#interruptedMs = null;
  }

  uninterrupted(): void {
    this.#interruptedMs = null;
  }

  /** Far off in two checks that lie apart, and long enough after the last time. */
  wantsSeek(nowMs: number, driftMs: number): boolean {
    if (Math.abs(driftMs) <= SEEK_PAST_MS) this.#farSinceMs = null;
    else this.#farSinceMs ??= nowMs;
    if (this.#farSinceMs === null || nowMs - this.#farSinceMs < TWO_CHECKS_MS) return false;
    return nowMs - this.#correctedMs >= this.#spacingMs;
  }

  sought(nowMs: number): void {
    this.#correctedMs = nowMs;
    this.#spacingMs = Math.min(MAX_SPACING_MS, this.#spacingMs * 2);
    this.#farSinceMs = null;
  }

  /** Somebody else has paused the player: is it time to start it again? */
  wantsResume(nowMs: number): boolean {
    this.#interruptedMs ??= nowMs;
    if (nowMs - this.#interruptedMs < Math.min(MAX_SPACING_MS, RESUME_AFTER_MS * 2 ** this.#interruptions)) return false;
    this.#interruptions += 1;
    this.#interruptedMs = null;
    return true;
  }

  judge(nowMs: number, errorMs: number): void {
    if (Math.abs(errorMs) > GOOD_MS) this.#goodSinceMs = null;
    else this.#goodSinceMs ??= nowMs;
    if (this.#goodSinceMs !== null && nowMs - this.#goodSinceMs >= GOOD_FOR_MS) this.begin();
  }
}
