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
  open(tx: Tx, userId: number, client: Client): Promise<Tokens>;
  /** Ends all sessions of a user but the one given, if one is. */
  endOthers(tx: Tx, effects: Effects, userId: number, exceptSessionId: string | undefined): Promise<void>;
}
