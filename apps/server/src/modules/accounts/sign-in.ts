import type { Tx } from '../../db/index.ts';
import type { Effects } from '../../kernel/write.ts';

/** What a session remembers of the client that opened it. */
export interface Client {
  readonly userAgent: string;
  readonly ip: string;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
  readonly expiresInSeconds: number;
}

/** The seam to `modules/sessions`: accounts says who signed in, sessions makes what proves it. */
export interface SessionOpener {
  /**
   * A new session of somebody who has just proven to be this user. `endsAt`: then at the latest, however often it is
   * refreshed. `guestOf`: a guest’s room.
   */
  createSession(
    tx: Tx, effects: Effects, userId: number, client: Client, options?: { readonly endsAt?: Date; readonly guestOf?: number },
  ): Promise<Tokens>;
  /** Ends all sessions of a user but the one given, if one is. */
  endOthers(tx: Tx, effects: Effects, userId: number, exceptSessionId: string | undefined): Promise<void>;
  /** Ends all sessions of a user. */
  endAll(tx: Tx, effects: Effects, userId: number): Promise<void>;
  /** Whoever uses this session has just proven anew to be its user: `requireRecentProof` lets it pass from now on. */
  recordProof(tx: Tx, sessionId: string): Promise<void>;
  /**
   * Throws `auth.reauthentication_required` unless whoever uses this session has proven to be its user in the last 15
   * minutes, by signing in or anew.
   */
  requireRecentProof(sessionId: string): Promise<void>;
}
