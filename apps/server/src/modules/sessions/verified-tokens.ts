import type { Claims } from '../../kernel/identity.ts';

/** Access tokens whose signature was found right, so that the work is done once for each. */
export interface VerifiedTokens {
  /** Undefined: not verified yet, forgotten, or expired by now. */
  claimsOf(token: string, nowMs: number): Claims | undefined;
  add(token: string, claims: Claims): void;
}

/** Keeps the `capacity` tokens used last, under their whole text. */
export function createVerifiedTokens(capacity: number): VerifiedTokens {
  const known = new Map<string, Claims>();
  return {
    claimsOf(token, nowMs) {
      const claims = known.get(token);
      if (claims === undefined) return undefined;
      // A Map keeps the order of insertion: a use moves to its end.
      known.delete(token);
      if (nowMs >= claims.expiresAtMs) return undefined;
      known.set(token, claims);
      return claims;
    },
    add(token, claims) {
      known.set(token, claims);
      if (known.size > capacity) known.delete(known.keys().next().value!);
    },
  };
}
