import type { Queries, Tx } from '../../db/index.ts';

export interface SessionRow {
  readonly id: string;
  readonly user_id: number;
}

export async function insert(
  tx: Tx,
  session: {
    readonly id: string;
    readonly userId: number;
    readonly refreshHash: Buffer;
    readonly userAgent: string;
    readonly ip: string;
    readonly now: Date;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await tx
    .insertInto('sessions')
    .values({
      id: session.id,
      user_id: session.userId,
      refresh_hash: session.refreshHash,
      user_agent: session.userAgent,
      ip: session.ip,
      created_at: session.now,
      last_seen_at: session.now,
      expires_at: session.expiresAt,
    })
    .execute();
}

export interface ActorRow {
  readonly id: number;
  readonly username: string;
  readonly role: 'user' | 'admin';
  readonly expires_at: Date;
}

/** A named read model over `sessions` and accounts' `users`: who an unexpired session stands for, in one look-up. */
export async function findActor(db: Queries, sessionId: string, now: Date): Promise<ActorRow | undefined> {
  return db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['users.id', 'users.username', 'users.role', 'sessions.expires_at'])
    .where('sessions.id', '=', sessionId)
    .where('sessions.expires_at', '>', now)
    .executeTakeFirst();
}

/** Replaces an unexpired session's refresh token, if it is the given one: of two callers with the same one wins. */
export async function rotate(
  tx: Tx,
  oldHash: Buffer,
  next: { readonly refreshHash: Buffer; readonly now: Date; readonly expiresAt: Date },
): Promise<SessionRow | undefined> {
  return tx
    .updateTable('sessions')
    .set({ refresh_hash: next.refreshHash, last_seen_at: next.now, expires_at: next.expiresAt })
    .where('refresh_hash', '=', oldHash)
    .where('expires_at', '>', next.now)
    .returning(['id', 'user_id'])
    .executeTakeFirst();
}

export async function remove(tx: Tx, sessionId: string): Promise<void> {
  await tx.deleteFrom('sessions').where('id', '=', sessionId).execute();
}

export async function removeOthers(tx: Tx, userId: number, exceptSessionId: string | undefined): Promise<void> {
  const all = tx.deleteFrom('sessions').where('user_id', '=', userId);
  await (exceptSessionId === undefined ? all : all.where('id', '!=', exceptSessionId)).execute();
}
