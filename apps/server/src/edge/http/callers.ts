import type { IncomingMessage } from 'node:http';
import type { Cache, CacheResult, CacheTarget } from '@watchparty/redis-kit/cache';
import { bindPolicy, type TtlSeconds } from '../../caching/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Claims, Identity } from '../../kernel/identity.ts';
import type { SubjectOf } from '../shared/index.ts';
import { createParsedOnce } from './parsed-once.ts';

/** Who asks, as far as it is known without waiting. */
export interface Caller {
  /** Which rate limit counts, and whom. */
  readonly policy: 'anonymous' | 'user';
  readonly subject: string;
  /** Whose token came along, and where their session is kept. */
  readonly signedIn: { readonly claims: Claims; readonly session: CacheTarget } | undefined;
}

export interface Callers {
  /** Undefined: nobody can tell yet. */
  of(request: IncomingMessage): Caller | undefined;
  /** Who the session that was found stands for; undefined once it has ended. */
  actorOf(session: CacheResult, claims: Claims): Actor | undefined;
  /** This caller was answered. */
  seen(caller: Caller): void;
}

interface Deps {
  readonly cache: Cache;
  readonly ttlSeconds: TtlSeconds;
  readonly identity: Identity;
  readonly subjectOf: SubjectOf;
  readonly clock: Clock;
}

const BEARER = /^bearer ([^ ]+)$/i;

export function createCallers({ cache, ttlSeconds, identity, subjectOf, clock }: Deps): Callers {
  const policy = bindPolicy(identity.policy, ttlSeconds);
  // Tokens and sessions come again with each request; what was made of them lives as long as they do.
  const signedIn = new WeakMap<Claims, Caller>();
  const valueOf = createParsedOnce();

  return {
    of(request) {
      const { authorization } = request.headers;
      if (authorization === undefined) {
        return { policy: 'anonymous', subject: subjectOf(request), signedIn: undefined };
      }
      const token = BEARER.exec(authorization)?.[1];
      const claims = token === undefined ? undefined : identity.verified(token);
      if (claims === undefined) return undefined;
      let caller = signedIn.get(claims);
      if (caller === undefined) {
        const session = cache.target(policy, identity.params(claims));
        caller = { policy: 'user', subject: String(claims.userId), signedIn: { claims, session } };
        signedIn.set(claims, caller);
      }
      return caller;
    },
    actorOf: (session, claims) => identity.actorOf(valueOf(session), claims, clock.now()),
    seen({ signedIn: known }) {
      if (known !== undefined) identity.seen(known.claims);
    },
  };
}
