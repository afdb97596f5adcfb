/** At most `max` in any `windowMs`. */
export interface Rule {
  readonly max: number;
  readonly windowMs: number;
}

/** The answer to one check. */
export interface Decision {
  readonly allowed: boolean;
  readonly limit: number;
  /** What is free after this check, ≥ 0. */
  readonly remaining: number;
  /** Until something more becomes free; 0 when everything is free. */
  readonly resetMs: number;
  /** Until the same check would be allowed if nobody else asked; 0 when it was allowed. */
  readonly retryAfterMs: number;
  /** Who counted: Redis for all nodes, this process alone, or nobody. */
  readonly source: 'redis' | 'local' | 'off';
}

export interface RateLimitDriver {
  /**
   * Decides on `cost` more for `key` under `rule`, and counts them if they are allowed. Checks of one key are decided
   * in the order in which they are made. Calls `decided` once, maybe at once; when the shared store is away, the driver
   * decides by itself. (No promise: one for each check costs a fast server several per cent of its requests.)
   */
  take(key: string, rule: Rule, cost: number, decided: (decision: Decision) => void): void;
  /** Decides what still waits. What is asked later is decided locally. */
  close(): Promise<void>;
}

/** A Lua text and the SHA-1 by which Redis knows it once it has seen it. */
export interface Script {
  readonly lua: string;
  readonly sha1: string;
}

/** How scripts get to Redis, so that several parts can share one round trip. */
export interface ScriptSender {
  /** `collect` is called once, at the end of this turn, just before the turn's commands are written. */
  atTurnEnd(collect: () => void): void;
  /** One more check is collected: a turn of many may send before its end. */
  readonly grown?: () => void;
  /** Runs a script; strings of its answer come as buffers. Rejects when it did not run, or when it is not known whether it did. */
  script(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Told when a connection that was lost stands again: what Redis knows may be less than before. */
  readonly onBack?: (listener: () => void) => void;
  /** In a cluster: keys of the same slot may go into one call. Absent where all keys may. */
  readonly slotOf?: (key: string) => number;
}

/** What the limiter tells people; pino's logger fits. */
export interface RateLimitLog {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

/** Wall clock, milliseconds since the Unix epoch. */
export interface RateLimitClock {
  now(): number;
}
