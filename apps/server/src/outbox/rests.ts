import type { Clock } from '../kernel/clock.ts';

export interface RestSettings {
  /** The first rest of a kind whose target is away; doubles each time it is found away again, up to `maxRestMs`. */
  readonly firstRetryMs: number;
  readonly maxRestMs: number;
}

/** Which kinds of effects rest because their target is away: their rows stay as they are, nobody tries them. OB8 */
export interface Rests {
  awake(kinds: readonly string[]): string[];
  isResting(kind: string): boolean;
  /** The target was away when it was last tried, whether the rest is over or not. */
  isAway(kind: string): boolean;
  /** The target was away just now. */
  away(kind: string): void;
  /** The target answered. True when the kind had been resting. */
  back(kind: string): boolean;
  /** Ends all rests. */
  end(): void;
}

export function createRests(settings: RestSettings, clock: Clock): Rests {
  const rests = new Map<string, { readonly untilMs: number; readonly pauseMs: number }>();
  const isResting = (kind: string): boolean => (rests.get(kind)?.untilMs ?? 0) > clock.now();
  return {
    isResting,
    isAway: (kind) => rests.has(kind),
    awake: (kinds) => kinds.filter((kind) => !isResting(kind)),
    away(kind) {
      // Many find the same target away at once; that is one absence.
      if (isResting(kind)) return;
      const before = rests.get(kind);
      const pauseMs = before === undefined ? settings.firstRetryMs : Math.min(before.pauseMs * 2, settings.maxRestMs);
      rests.set(kind, { untilMs: clock.now() + pauseMs, pauseMs });
    },
    back: (kind) => rests.delete(kind),
    end: () => rests.clear(),
  };
}
