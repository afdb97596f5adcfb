import { createHash, randomBytes } from 'node:crypto';
import { databaseProblem, type Queries, type Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Claims, Identity } from '../../kernel/identity.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { Client, SessionOpener, Tokens } from '../accounts/index.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken, verifyAccessToken } from './access-token.ts';
import { type CachedSession, sessionChanged, sessionPolicies, sessionsChanged } from './sessions.cache.ts';
import * as repo from './sessions.repo.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

export const SESSION_SECONDS = 14 * 24 * 60 * 60;

/** About 4 MB, and more people than one process serves in a quarter of an hour. */
const VERIFIED_TOKENS = 10_000;

export interface Sessions extends SessionOpener {
  /**
   * Who an access token stands for. While neither the cache nor the database can be asked, a token that holds is trusted
   * by itself, as the least of users. SE6, SE7
   */
  readonly identity: Identity;
  /** New tokens for an unused refresh token, which is used up by this. */
  refresh(write: Write, refreshToken: string): Promise<Omit<Tokens, 'sessionId'>>;
  /** Another access token for the session of who has just been authenticated; the session ends when it would have. */
  renewAccess(actor: Actor): Promise<string>;
  end(write: Write, sessionId: string): Promise<void>;
}

interface Deps {
  readonly queries: Queries;
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly reads: Reads;
}

const sessionParams = ({ sessionId, userId }: Claims) => ({ id: sessionId, userId });

function actorOf(session: CachedSession, { userId, sessionId }: Claims, nowMs: number): Actor | undefined {
  if (session.userId !== userId || nowMs >= session.expiresAtMs) return undefined;
  return { userId, username: session.username, role: session.role, sessionId };
}

/** Nobody can be asked for name and role: a name that nobody can have taken, and none of an admin's rights. SE7 */
const trusted = ({ userId, sessionId }: Claims): Actor => ({ userId, username: `#${userId}`, role: 'user', sessionId });

export function createSessions({ queries, secret, clock, reads }: Deps): Sessions {
  const tokens = createVerifiedTokens(VERIFIED_TOKENS);
  const expiry = (): Date => new Date(clock.now() + SESSION_SECONDS * 1000);
  const accessToken = (userId: number, sessionId: string) => signAccessToken(secret, userId, sessionId, clock.now());
  const verified = (token: string): Claims | undefined => tokens.claimsOf(token, clock.now());

  async function verify(token: string): Promise<Claims> {
    const claims = await verifyAccessToken(secret, token, clock.now());
    tokens.add(token, claims);
    return claims;
  }

  async function load({ userId, sessionId }: Claims): Promise<CachedSession> {
    const row = await repo.findActor(queries, sessionId, new Date(clock.now()));
    if (row === undefined || row.id !== userId) throw ended();
    return { userId, username: row.username, role: row.role, expiresAtMs: row.expires_at.getTime() };
  }

  const identity: Identity = {
    async authenticate(token) {
      const claims = verified(token) ?? (await verify(token));
      let session: CachedSession;
      try {
        session = await reads.value(sessionPolicies.one, sessionParams(claims), () => load(claims));
      } catch (error) {
        if (reads.available || databaseProblem(error)?.code !== 'service.unavailable') throw error;
        return trusted(claims);
      }
      const actor = actorOf(session, claims, clock.now());
      if (actor === undefined) throw ended();
      return actor;
    },
    verified,
    policy: sessionPolicies.one,
    params: sessionParams,
    actorOf: (session, claims, nowMs) => actorOf(session as CachedSession, claims, nowMs),
  };

  return {
    async open(tx: Tx, userId: number, client: Client) {
      const sessionId = uuidv7(clock.now());
      const refreshToken = newRefreshToken();
      await repo.insert(tx, {
        id: sessionId, userId, refreshHash: hashToken(refreshToken), ...client, now: new Date(clock.now()), expiresAt: expiry(),
      });
      return {
        accessToken: await accessToken(userId, sessionId), refreshToken, sessionId, expiresInSeconds: ACCESS_TOKEN_SECONDS,
      };
    },

    identity,

    async refresh(write, refreshToken) {
      const next = newRefreshToken();
      const session = await write(async (tx, effects) => {
        const times = { now: new Date(clock.now()), expiresAt: expiry() };
        const row = await repo.rotate(tx, hashToken(refreshToken), { refreshHash: hashToken(next), ...times });
        if (row !== undefined) effects.add(sessionChanged(row.id));
        return row;
      });
      if (session === undefined) throw new Problem('auth.refresh_token_invalid');
      return {
        accessToken: await accessToken(session.user_id, session.id), refreshToken: next, expiresInSeconds: ACCESS_TOKEN_SECONDS,
      };
    },

    renewAccess: ({ userId, sessionId }) => accessToken(userId, sessionId),

    end: (write, sessionId) =>
      write(async (tx, effects) => {
        effects.add(sessionChanged(sessionId));
        await repo.remove(tx, sessionId);
      }),

    async endOthers(tx: Tx, effects: Effects, userId: number, exceptSessionId: string | undefined) {
      effects.add(sessionsChanged(userId));
      await repo.removeOthers(tx, userId, exceptSessionId);
    },
  };
}

const ended = (): Problem => new Problem('auth.token_invalid', { detail: 'The session has ended' });

/** 256 random bits; only its SHA-256 is stored. */
const newRefreshToken = (): string => randomBytes(32).toString('base64url');
const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
