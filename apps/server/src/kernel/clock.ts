/** The time, passed in so that rules can be tested without waiting. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
