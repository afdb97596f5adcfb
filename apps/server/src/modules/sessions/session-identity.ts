import { databaseProblem, type Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Claims, Identity } from '../../kernel/identity.ts';
import { Problem } from '../../kernel/problem.ts';
import { verifyAccessToken } from './access-token.ts';
import type { LastSeen } from './last-seen.ts';
import { type CachedSession, sessionPolicies } from './sessions.cache.ts';
import * as repo from './sessions.repo.ts';
import type { SigningKeys } from './signing-keys.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

/** About 8 MB, and half of it more people than one process serves in a quarter of an hour. */
const VERIFIED_TOKENS = 20_000;

interface Deps {
  readonly queries: Queries;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly reads: Reads;
  readonly lastSeen: Pick<LastSeen, 'note'>;
}

/** A session as its access tokens name it. */
export type SessionOf = Pick<Claims, 'userId' | 'sessionId'>;

export interface SessionIdentity extends Identity {
  /** Who the session stands for now; throws `auth.token_invalid` when it has ended. */
  holder(session: SessionOf): Promise<Actor>;
}

const sessionParams = ({ sessionId, userId }: SessionOf) => ({ id: sessionId, userId });

function actorOf(session: CachedSession, { userId, sessionId }: SessionOf, nowMs: number): Actor | undefined {
  if (session.userId !== userId || nowMs >= session.expiresAtMs) return undefined;
  const { username, role, guestOf } = session;
  return { userId, username, role, sessionId, ...(guestOf !== undefined && { guestOf }) };
}

/** Nobody can be asked for name and role: a name that nobody can have taken, and none of an admin's rights. SE7 */
const trusted = ({ userId, sessionId, guestOf }: Claims): Actor => ({
  userId, username: `#${userId}`, role: 'user', sessionId, ...(guestOf !== undefined && { guestOf }),
});

/** Who asks, by access token and session. SE1, SE6, SE7 */
export function createSessionIdentity({ queries, keys, clock, reads, lastSeen }: Deps): SessionIdentity {
  const tokens = createVerifiedTokens(VERIFIED_TOKENS);
  const verified = (token: string): Claims | undefined => tokens.claimsOf(token, clock.now());

  async function verify(token: string): Promise<Claims> {
    const claims = await verifyAccessToken(keys, token, clock.now());
    tokens.add(token, claims);
    return claims;
  }

  async function load({ userId, sessionId }: SessionOf): Promise<CachedSession> {
    const row = await repo.findActor(queries, sessionId, new Date(clock.now()));
    if (row === undefined || row.id !== userId) throw ended();
    return {
      userId, username: row.username, role: row.role, expiresAtMs: row.expires_at.getTime(),
      ...(row.guest_of !== null && { guestOf: row.guest_of }),
    };
  }

  async function holder(session: SessionOf): Promise<Actor> {
    const cached = await reads.value(sessionPolicies.one, sessionParams(session), () => load(session));
    const actor = actorOf(cached, session, clock.now());
    if (actor === undefined) throw ended();
    return actor;
  }

  return {
    async authenticate(token) {
      const claims = verified(token) ?? (await verify(token));
      try {
        const actor = await holder(claims);
        lastSeen.note(claims.sessionId);
        return actor;
      } catch (error) {
        if (reads.available || databaseProblem(error)?.code !== 'service.unavailable') throw error;
        return trusted(claims);
      }
    },
    holder,
    verified,
    policy: sessionPolicies.one,
    params: sessionParams,
    actorOf: (session, claims, nowMs) => actorOf(session as CachedSession, claims, nowMs),
    seen: ({ sessionId }) => lastSeen.note(sessionId),
  };
}

const ended = (): Problem => new Problem('auth.token_invalid', { detail: 'The session has ended' });
