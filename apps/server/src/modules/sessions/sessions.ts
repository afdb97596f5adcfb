import type { Queries, Tx } from '../../db/index.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Identity } from '../../kernel/identity.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { Client, SessionOpener, Tokens } from '../accounts/index.ts';
import type { Audit, AuditEntry } from '../audit/index.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken } from './access-token.ts';
import { deviceOf } from './device.ts';
import { createLastSeen } from './last-seen.ts';
import { hashOf, newRefreshToken, parseRefreshToken, succeed, unseal } from './refresh-tokens.ts';
import { revoked } from './revocations.ts';
import { meaningOf } from './rotation.ts';
import { createSessionIdentity, type SessionOf } from './session-identity.ts';
import { sessionBegun, sessionChanged, sessionPolicies, sessionsChanged } from './sessions.cache.ts';
import * as repo from './sessions.repo.ts';
import { createSigningKeys } from './signing-keys.ts';

export const SESSION_SECONDS = 14 * 24 * 60 * 60;
/** However often it is used: then its user signs in anew. */
const LONGEST_SECONDS = 90 * 24 * 60 * 60;
/** More devices than anybody has; so many are shown on one page. */
export const MAX_SESSIONS = 100;
const PROOF_SECONDS = 15 * 60;

const AUDITED: Partial<Record<repo.EndedBy, AuditEntry['action']>> = {
  'sign-out': 'session.signed_out', revoked: 'session.revoked', reuse: 'session.refresh_reused',
};

/** One of a user's open sessions. */
export interface OpenSession {
  readonly id: string;
  readonly userAgent: string;
  readonly ip: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  /** When the user last proved who they are. */
  readonly authenticatedAt: Date;
}

export type Validity = { readonly valid: true; readonly userId: number } | { readonly valid: false; readonly userId: undefined };

export interface Sessions extends SessionOpener {
  /**
   * Who an access token stands for. While neither the cache nor the database can be asked, a token that holds is trusted
   * by itself, as the least of users. SE6, SE7
   */
  readonly identity: Identity;
  /** Whether an access token, or a session that one named, stands for somebody now. */
  validateSession(session: string | SessionOf): Promise<Validity>;
  /** New tokens for an unused refresh token, which is used up by this; throws `auth.refresh_token_invalid`. SE3, SE8, SE9 */
  refresh(write: Write, refreshToken: string, client: Client): Promise<Omit<Tokens, 'sessionId'>>;
  /** The sessions that a user has open, the one seen last first. */
  getUserActiveSessions(userId: number): Promise<OpenSession[]>;
  /** Another access token for the session of who has just been authenticated; the session ends when it would have. */
  renewAccess(session: SessionOf): Promise<string>;
  /** Its user signs out; nothing happens when it had ended before. */
  end(write: Write, sessionId: string): Promise<void>;
  /** Ends one of the user's sessions; throws `sessions.not_found`. */
  revoke(write: Write, session: SessionOf): Promise<void>;
  /** Ends all of the user's sessions but this one; how many. */
  revokeOthers(write: Write, session: SessionOf): Promise<number>;
  /** Writes down when sessions were last seen. */
  close(): Promise<void>;
}

interface Deps {
  readonly queries: Queries;
  readonly secret: Uint8Array;
  /** Have signed tokens that still hold. */
  readonly previousSecrets?: readonly Uint8Array[];
  readonly clock: Clock;
  readonly reads: Reads;
  readonly write: Write;
  readonly audit: Pick<Audit, 'record'>;
  readonly log: Log;
}

export function createSessions({ queries, secret, previousSecrets, clock, reads, write: ownWrite, audit, log }: Deps): Sessions {
  const keys = createSigningKeys(secret, previousSecrets);
  const lastSeen = createLastSeen({ write: ownWrite, clock, log });
  const identity = createSessionIdentity({ queries, keys, clock, reads, lastSeen });
  const now = (): Date => new Date(clock.now());
  const accessToken = ({ userId, sessionId }: SessionOf, guestOf?: number | null) =>
    signAccessToken(keys, { userId, sessionId, ...(guestOf != null && { guestOf }) }, clock.now());

  const expiry = (createdAt: Date, at: Date, endsAt: Date | null): Date =>
    new Date(Math.min(
      at.getTime() + SESSION_SECONDS * 1000, createdAt.getTime() + LONGEST_SECONDS * 1000, endsAt?.getTime() ?? Infinity,
    ));

  async function endThese(
    tx: Tx, effects: Effects, ids: readonly string[], by: repo.EndedBy,
    { userId, client }: { readonly userId?: number; readonly client?: Client } = {},
  ): Promise<number> {
    if (ids.length === 0) return 0;
    const ended = await repo.end(tx, { ids, ...(userId !== undefined && { userId }) }, by, now());
    const users = new Map(ended.map(({ id, user_id }) => [id, user_id]));
    // Also of those that had ended: whoever ended them may not have been answered yet, and we are about to be.
    for (const id of ids) effects.add(sessionChanged(id, users.get(id)));
    for (const { id, user_id } of ended) {
      await note(tx, by, { userId: user_id, sessionId: id, ...(client !== undefined && { client }) });
    }
    if (ended.length > 0) effects.add(revoked({ sessionIds: ended.map(({ id }) => id) }));
    return ended.length;
  }

  async function endOf(tx: Tx, effects: Effects, userId: number, exceptId: string | undefined, by: repo.EndedBy): Promise<number> {
    effects.add(sessionsChanged(userId));
    const ended = await repo.end(tx, { userId, exceptId }, by, now());
    if (ended.length > 0) await note(tx, by, { userId, details: { sessions: ended.length } });
    if (exceptId === undefined) effects.add(revoked({ userId }));
    else if (ended.length > 0) effects.add(revoked({ sessionIds: ended.map(({ id }) => id) }));
    return ended.length;
  }

  /** What the account's own events do not tell already. */
  async function note(tx: Tx, by: repo.EndedBy, about: Omit<AuditEntry, 'action' | 'actorId'> & { readonly userId: number }): Promise<void> {
    const action = AUDITED[by];
    if (action !== undefined) await audit.record(tx, { ...about, action, ...(by !== 'reuse' && { actorId: about.userId }) });
  }

  return {
    identity,

    async createSession(tx, effects, userId, client, { endsAt = null, guestOf } = {}) {
      const at = now();
      const sessionId = uuidv7(at.getTime());
      const refreshToken = newRefreshToken();
      await endThese(tx, effects, await repo.findSurplus(tx, userId, MAX_SESSIONS - 1, at), 'limit');
      await repo.insert(tx, {
        id: sessionId, user_id: userId, family_hash: hashOf(refreshToken.family), refresh_hash: hashOf(refreshToken.text),
        expires_at: expiry(at, at, endsAt), ends_at: endsAt, ...columnsOf(client),
      }, at);
      effects.add(sessionBegun(userId));
      return {
        accessToken: await accessToken({ userId, sessionId }, guestOf), refreshToken: refreshToken.text, sessionId,
        expiresInSeconds: ACCESS_TOKEN_SECONDS,
      };
    },

    async validateSession(session) {
      try {
        const { userId } = await (typeof session === 'string' ? identity.authenticate(session) : identity.holder(session));
        return { valid: true, userId };
      } catch (error) {
        if (error instanceof Problem && error.code === 'auth.token_invalid') return { valid: false, userId: undefined };
        throw error;
      }
    },

    async refresh(write, refreshToken, client) {
      const token = parseRefreshToken(refreshToken);
      if (token === undefined) throw new Problem('auth.refresh_token_invalid');
      const { meaning, session, next } = await write(async (tx, effects) => {
        const row = await repo.lockFamily(tx, hashOf(token.family));
        const at = now();
        const found = { meaning: meaningOf(token, row, client, at.getTime()), session: row, next: token };
        if (row === undefined || found.meaning === 'unknown') return found;
        if (found.meaning === 'repeated') return { ...found, next: unseal(token, row.successor_sealed!) };
        if (found.meaning === 'reused') {
          await endThese(tx, effects, [row.id], 'reuse', { client });
          return found;
        }
        const successor = succeed(token);
        await repo.rotate(tx, row, {
          refresh_hash: hashOf(successor.next.text), successor_sealed: successor.sealed, expires_at: expiry(row.created_at, at, row.ends_at),
          ...columnsOf(client),
        }, at);
        effects.add(sessionChanged(row.id, row.user_id));
        return { ...found, next: successor.next };
      });
      if (session === undefined || meaning === 'unknown') throw new Problem('auth.refresh_token_invalid');
      if (meaning === 'reused') {
        log.warn({ sessionId: session.id, userId: session.user_id }, 'A used refresh token was shown again; its session has ended');
        throw new Problem('auth.refresh_token_invalid', { detail: 'This refresh token was used before; for safety its session has ended' });
      }
      return {
        accessToken: await accessToken({ userId: session.user_id, sessionId: session.id }, session.guest_of), refreshToken: next.text,
        expiresInSeconds: ACCESS_TOKEN_SECONDS,
      };
    },

    async getUserActiveSessions(userId) {
      const [cached, seen] = await Promise.all([
        reads.value(sessionPolicies.ofUser, { userId }, async () =>
          (await repo.findOpen(queries, userId, now())).map((row) => ({
            id: row.id, userAgent: row.user_agent, ip: row.ip, createdAtMs: row.created_at.getTime(), expiresAtMs: row.expires_at.getTime(),
          }))),
        repo.findSeen(queries, userId),
      ]);
      const rows = new Map(seen.map((row) => [row.id, row]));
      return cached
        .flatMap(({ id, userAgent, ip, createdAtMs, expiresAtMs }): OpenSession[] => {
          const row = rows.get(id);
          // Ended between the two look-ups, or by itself.
          if (row === undefined || clock.now() >= expiresAtMs) return [];
          return [{
            id, userAgent, ip, createdAt: new Date(createdAtMs), expiresAt: new Date(expiresAtMs),
            authenticatedAt: row.authenticated_at,
            lastSeenAt: new Date(Math.max(row.last_seen_at.getTime(), lastSeen.of(id) ?? 0)),
          }];
        })
        .toSorted((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime());
    },

    renewAccess: (session) => accessToken(session),

    end: (write, sessionId) =>
      write(async (tx, effects) => {
        await endThese(tx, effects, [sessionId], 'sign-out');
      }),

    async revoke(write, { userId, sessionId }) {
      const ended = await write((tx, effects) => endThese(tx, effects, [sessionId], 'revoked', { userId }));
      if (ended === 0) throw new Problem('sessions.not_found');
    },

    revokeOthers: (write, { userId, sessionId }) =>
      write((tx, effects) => endOf(tx, effects, userId, sessionId, 'revoked')),

    async endOthers(tx, effects, userId, exceptSessionId) {
      await endOf(tx, effects, userId, exceptSessionId, 'account');
    },

    async endAll(tx, effects, userId) {
      await endOf(tx, effects, userId, undefined, 'account');
    },

    recordProof: (tx, sessionId) => repo.setAuthenticatedAt(tx, sessionId, now()),

    async requireRecentProof(sessionId) {
      const at = await repo.findAuthenticatedAt(queries, sessionId);
      if (at === undefined || clock.now() - at.getTime() > PROOF_SECONDS * 1000) throw new Problem('auth.reauthentication_required');
    },

    close: () => lastSeen.close(),
  };
}

function columnsOf({ userAgent, ip }: Client): repo.DeviceColumns {
  const { device, os } = deviceOf(userAgent);
  return { user_agent: userAgent, device, os, ip };
}
