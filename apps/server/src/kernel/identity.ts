import type { Actor } from './actor.ts';
import type { CacheParams, CachePolicyDeclaration } from './cache-policy.ts';

/** What an access token says. */
export interface Claims {
  readonly userId: number;
  readonly sessionId: string;
  /** A guest's room. */
  readonly guestOf?: number;
  readonly expiresAtMs: number;
}

/** How the edge finds out who asks. */
export interface Identity {
  /** Who an access token stands for now; throws `auth.token_invalid` for one that is wrong, expired or ended. */
  authenticate(accessToken: string): Promise<Actor>;
  /** What a token says that `authenticate` has seen before, without waiting; undefined: unknown here, or expired. */
  verified(accessToken: string): Claims | undefined;
  /** Where the cache keeps the session that a token names. */
  readonly policy: CachePolicyDeclaration;
  params(claims: Claims): CacheParams;
  /** Who the cached session stands for; undefined once it has ended. */
  actorOf(session: unknown, claims: Claims, nowMs: number): Actor | undefined;
  /** Whoever answers without `authenticate` tells of it here, for each answer: costs no more than a note in a map. */
  seen(claims: Claims): void;
}
