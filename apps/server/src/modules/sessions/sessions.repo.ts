import { type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type SessionRow = Selectable<Tables['sessions']>;

/** Why a session ended before its time. `account`: a new password, or the account was closed to its user. */
export type EndedBy = NonNullable<SessionRow['ended_by']>;

/** What one client says of itself. */
export interface DeviceColumns {
  readonly user_agent: string;
  readonly device: string;
  readonly os: string;
  readonly ip: string;
}

export async function insert(
  tx: Tx,
  session: DeviceColumns & {
    readonly id: string;
    readonly user_id: number;
    readonly family_hash: Buffer;
    readonly refresh_hash: Buffer;
    readonly expires_at: Date;
    readonly ends_at: Date | null;
  },
  now: Date,
): Promise<void> {
  await tx
    .insertInto('sessions')
    .values({ ...session, created_at: now, last_seen_at: now, authenticated_at: now })
    .execute();
}

export interface ActorRow {
  readonly id: number;
  readonly username: string;
  readonly role: 'user' | 'admin';
  /** A guest's room. */
  readonly guest_of: number | null;
  readonly expires_at: Date;
}

/** A named read model over `sessions` and accounts' `users`: who an open session stands for, in one look-up. */
export async function findActor(db: Queries, sessionId: string, now: Date): Promise<ActorRow | undefined> {
  return db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['users.id', 'users.username', 'users.role', 'users.guest_of', 'sessions.expires_at'])
    .where('users.disabled_at', 'is', null)
    .where('sessions.id', '=', sessionId)
    .where('sessions.ended_at', 'is', null)
    .where('sessions.expires_at', '>', now)
    .executeTakeFirst();
}

export type FamilyRow = Pick<
  SessionRow,
  'id' | 'user_id' | 'refresh_hash' | 'previous_hash' | 'rotated_at' | 'successor_sealed' | 'user_agent' | 'ip' |
  'created_at' | 'expires_at' | 'ends_at' | 'ended_at'
> & Pick<ActorRow, 'guest_of'>;

/** The session of a family of refresh tokens, locked until the transaction ends. Reads `sessions_family_hash_key`. */
export async function lockFamily(tx: Tx, familyHash: Buffer): Promise<FamilyRow | undefined> {
  return tx
    .selectFrom('sessions')
    .select([
      'id', 'user_id', 'refresh_hash', 'previous_hash', 'rotated_at', 'successor_sealed', 'user_agent', 'ip', 'created_at',
      'expires_at', 'ends_at', 'ended_at',
    ])
    .select((eb) => eb.selectFrom('users').select('guest_of').whereRef('users.id', '=', 'sessions.user_id').as('guest_of'))
    .where('family_hash', '=', familyHash)
    .forUpdate()
    .executeTakeFirst();
}

/** Replaces the refresh token of a session that is locked. */
export async function rotate(
  tx: Tx,
  session: Pick<SessionRow, 'id' | 'refresh_hash'>,
  next: DeviceColumns & { readonly refresh_hash: Buffer; readonly successor_sealed: Buffer; readonly expires_at: Date },
  now: Date,
): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ ...next, previous_hash: session.refresh_hash, rotated_at: now, last_seen_at: now })
    .where('id', '=', session.id)
    .execute();
}

export async function findAuthenticatedAt(db: Queries, sessionId: string): Promise<Date | undefined> {
  const row = await db.selectFrom('sessions').select('authenticated_at').where('id', '=', sessionId).executeTakeFirst();
  return row?.authenticated_at;
}

export async function setAuthenticatedAt(tx: Tx, sessionId: string, now: Date): Promise<void> {
  await tx.updateTable('sessions').set({ authenticated_at: now }).where('id', '=', sessionId).execute();
}

/**
 * Ends sessions: some, all of a user, or all of a user but one. Answers those that had not ended before. Those that have
 * expired are ended too: a refresh that began in time may be about to prolong one, and would bring it back.
 */
export async function end(
  tx: Tx,
  which: { readonly ids?: readonly string[]; readonly userId?: number; readonly exceptId?: string | undefined },
  by: EndedBy,
  now: Date,
): Promise<Pick<SessionRow, 'id' | 'user_id'>[]> {
  let query = tx
    .updateTable('sessions')
    .set({ ended_at: now, ended_by: by, successor_sealed: null })
    .where('ended_at', 'is', null);
  if (which.ids !== undefined) query = query.where('id', 'in', [...which.ids]);
  if (which.userId !== undefined) query = query.where('user_id', '=', which.userId);
  if (which.exceptId !== undefined) query = query.where('id', '!=', which.exceptId);
  const ended = await query.returning(['id', 'user_id', 'expires_at']).execute();
  return ended.filter(({ expires_at }) => expires_at > now);
}

/** A user's open sessions, without the `keep` seen last. */
export async function findSurplus(tx: Tx, userId: number, keep: number, now: Date): Promise<string[]> {
  const rows = await tx
    .selectFrom('sessions')
    .select('id')
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .offset(keep)
    .execute();
  return rows.map(({ id }) => id);
}

export type OpenRow = Pick<SessionRow, 'id' | 'user_agent' | 'ip' | 'created_at' | 'expires_at'>;

/** Reads `sessions_open_user_id_idx`. */
export async function findOpen(db: Queries, userId: number, now: Date): Promise<OpenRow[]> {
  return db
    .selectFrom('sessions')
    .select(['id', 'user_agent', 'ip', 'created_at', 'expires_at'])
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('id', 'desc')
    .execute();
}

export interface SeenRow {
  readonly id: string;
  readonly last_seen_at: Date;
  readonly authenticated_at: Date;
}

/** What changes without anybody being told. */
export async function findSeen(db: Queries, userId: number): Promise<SeenRow[]> {
  return db
    .selectFrom('sessions')
    .select(['id', 'last_seen_at', 'authenticated_at'])
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .execute();
}

/**
 * Notes when sessions were last seen. Locks in the order of ids; what others hold at the moment is left out, for a
 * session is about to be seen again.
 */
export async function touch(tx: Tx, seen: readonly (readonly [sessionId: string, atMs: number])[]): Promise<void> {
  const ids = seen.map(([id]) => id);
  const times = seen.map(([, atMs]) => new Date(atMs));
  await sql`
    update sessions set last_seen_at = latest.at
    from (
      select sessions.id, given.at
      from unnest(${ids}::uuid[], ${times}::timestamptz[]) as given (id, at)
      join sessions on sessions.id = given.id and sessions.last_seen_at < given.at
      order by sessions.id
      for no key update of sessions skip locked
    ) as latest
    where sessions.id = latest.id`.execute(tx);
}
