import type { Claims } from '../../kernel/identity.ts';

/** Access tokens whose signature was found right, so that the work is done once for each. */
export interface VerifiedTokens {
  /** Undefined: not verified yet, forgotten, or expired by now. */
  claimsOf(token: string, nowMs: number): Claims | undefined;
  add(token: string, claims: Claims): void;
}

/**
 * Keeps under their whole text at least the `capacity / 2` tokens used last, at most `capacity`. In two generations: a
 * list in the order of use would be written with each request.
 */
export function createVerifiedTokens(capacity: number): VerifiedTokens {
  let young = new Map<string, Claims>();
  let old = new Map<string, Claims>();

  function add(token: string, claims: Claims): void {
    if (young.size >= capacity / 2) {
      old = young;
      young = new Map();
    }
    young.set(token, claims);
  }

  return {
    claimsOf(token, nowMs) {
      let claims = young.get(token);
      if (claims === undefined) {
        claims = old.get(token);
        if (claims === undefined) return undefined;
        old.delete(token);
        add(token, claims);
      }
      if (nowMs < claims.expiresAtMs) return claims;
      young.delete(token);
      return undefined;
    },
    add,
  };
}
