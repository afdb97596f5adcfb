/** Two people, as their conversation is kept: by the lower id first. */
export interface Pair {
  readonly lowerId: number;
  readonly higherId: number;
}

export const pairOf = (a: number, b: number): Pair => (a < b ? { lowerId: a, higherId: b } : { lowerId: b, higherId: a });

export const pairKey = ({ lowerId, higherId }: Pair): string => `${lowerId}:${higherId}`;

/** The one of the two who is not this one. */
export const otherOf = ({ lowerId, higherId }: Pair, userId: number): number => (userId === lowerId ? higherId : lowerId);
