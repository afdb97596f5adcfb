import { createHash, randomBytes } from 'node:crypto';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Client, SessionOpener, Tokens } from '../accounts/index.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken, verifyAccessToken } from './access-token.ts';
import * as repo from './sessions.repo.ts';

export const SESSION_SECONDS = 14 * 24 * 60 * 60;

export interface Sessions extends SessionOpener {
  /** Who a token stands for at this moment; throws `auth.token_invalid` once its session has ended. */
  authenticate(accessToken: string): Promise<Actor>;
  /** New tokens for an unused refresh token, which is used up by this. */
  refresh(write: Write, refreshToken: string): Promise<Omit<Tokens, 'sessionId'>>;
  end(write: Write, sessionId: string): Promise<void>;
}

interface Deps {
  readonly queries: Queries;
  readonly secret: Uint8Array;
  readonly clock: Clock;
}

export function createSessions({ queries, secret, clock }: Deps): Sessions {
  const expiry = (): Date => new Date(clock.now() + SESSION_SECONDS * 1000);
  const accessToken = (userId: number, sessionId: string) => signAccessToken(secret, userId, sessionId, clock.now());

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

    async authenticate(token) {
      const { userId, sessionId } = await verifyAccessToken(secret, token, clock.now());
      const row = await repo.findActor(queries, sessionId, new Date(clock.now()));
      if (row === undefined || row.id !== userId) throw new Problem('auth.token_invalid', { detail: 'The session has ended' });
      return { userId, username: row.username, role: row.role, sessionId };
    },

    async refresh(write, refreshToken) {
      const next = newRefreshToken();
      const session = await write((tx) =>
        repo.rotate(tx, hashToken(refreshToken), { refreshHash: hashToken(next), now: new Date(clock.now()), expiresAt: expiry() }),
      );
      if (session === undefined) throw new Problem('auth.refresh_token_invalid');
      return {
        accessToken: await accessToken(session.user_id, session.id), refreshToken: next, expiresInSeconds: ACCESS_TOKEN_SECONDS,
      };
    },

    end: (write, sessionId) => write((tx) => repo.remove(tx, sessionId)),
    endOthers: (tx, userId, exceptSessionId) => repo.removeOthers(tx, userId, exceptSessionId),
  };
}

/** 256 random bits; only its SHA-256 is stored. */
const newRefreshToken = (): string => randomBytes(32).toString('base64url');
const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
