import type { Clock } from './clock.ts';

interface Settings {
  readonly everyMs: number;
  /** As many are remembered before those whose time is up are forgotten. */
  readonly keepAtLeast?: number;
}

/** Lets each key pass once in a while; the rest is dropped. Remembers those of the last while only. */
export function createThrottle({ everyMs, keepAtLeast = 1000 }: Settings, clock: Clock): (key: string) => boolean {
  const passedAtMs = new Map<string, number>();
  let forgetAt = keepAtLeast;

  function forget(nowMs: number): void {
    for (const [key, at] of passedAtMs) if (nowMs - at >= everyMs) passedAtMs.delete(key);
    forgetAt = Math.max(keepAtLeast, 2 * passedAtMs.size);
  }

  return (key) => {
    const nowMs = clock.now();
    const before = passedAtMs.get(key);
    // A clock that was set back must not silence anybody.
    if (before !== undefined && nowMs >= before && nowMs - before < everyMs) return false;
    passedAtMs.set(key, nowMs);
    if (passedAtMs.size > forgetAt) forget(nowMs);
    return true;
  };
}
