import { type Selectable, sql } from 'kysely';
import type { FriendRequestDirection } from '@watchparty/protocol';
import type { Queries, Tables, Tx } from '../../db/index.ts';
import type { PersonRow } from './friends.repo.ts';

export type RequestRow = Selectable<Tables['friend_requests']>;
export type ShownRequestRow = Pick<RequestRow, 'id' | 'status' | 'created_at'> & { readonly from: PersonRow; readonly to: PersonRow };

export async function find(db: Queries, id: number): Promise<RequestRow | undefined> {
  return db.selectFrom('friend_requests').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The open one between two, whoever asked. Reads `friend_requests_pair_key`. */
export async function pendingBetween(db: Queries, a: number, b: number): Promise<RequestRow | undefined> {
  return db.selectFrom('friend_requests').selectAll().where('status', '=', 'pending')
    .where(sql<boolean>`least(from_id, to_id) = ${Math.min(a, b)} and greatest(from_id, to_id) = ${Math.max(a, b)}`)
    .executeTakeFirst();
}

/** Open ones between the person and each of these. */
export async function pendingAmong(
  db: Queries, userId: number, others: readonly number[],
): Promise<{ id: number; from_id: number; to_id: number }[]> {
  if (others.length === 0) return [];
  const { rows } = await sql<{ id: number; from_id: number; to_id: number }>`
    select id, from_id, to_id from friend_requests
    where status = 'pending' and from_id = ${userId} and to_id = any(${others}::int[])
    union all
    select id, from_id, to_id from friend_requests
    where status = 'pending' and to_id = ${userId} and from_id = any(${others}::int[])
  `.execute(db);
  return rows;
}

export async function insert(tx: Tx, fromId: number, toId: number, now: Date): Promise<RequestRow> {
  return tx.insertInto('friend_requests').values({ from_id: fromId, to_id: toId, created_at: now }).returningAll().executeTakeFirstOrThrow();
}

export async function answer(tx: Tx, id: number, status: 'accepted' | 'rejected' | 'cancelled', now: Date): Promise<void> {
  await tx.updateTable('friend_requests').set({ status, answered_at: now }).where('id', '=', id).where('status', '=', 'pending').execute();
}

export interface Asked {
  /** Open, of this person to whomever. */
  readonly pending: number;
  /** Sent since, whatever became of them; when the first of them was. */
  readonly sent: number;
  readonly firstSentAt: Date | null;
}

/** Reads `friend_requests_from_idx`. */
export async function countOf(tx: Tx, fromId: number, since: Date): Promise<Asked> {
  const { rows } = await sql<Asked>`
    select count(*) filter (where status = 'pending')::int as pending,
      count(*) filter (where created_at > ${since})::int as sent, min(created_at) filter (where created_at > ${since}) as "firstSentAt"
    from friend_requests where from_id = ${fromId} and (status = 'pending' or created_at > ${since})
  `.execute(tx);
  return rows[0]!;
}

/** When this person last rejected that one, and how often that one has asked since. */
export async function historyOf(
  tx: Tx, fromId: number, toId: number, since: Date,
): Promise<{ readonly rejectedAt: Date | null; readonly sent: number; readonly firstSentAt: Date | null }> {
  const { rows } = await sql<{ rejectedAt: Date | null; sent: number; firstSentAt: Date | null }>`
    select max(answered_at) filter (where status = 'rejected') as "rejectedAt",
      count(*) filter (where created_at > ${since})::int as sent, min(created_at) filter (where created_at > ${since}) as "firstSentAt"
    from friend_requests where from_id = ${fromId} and to_id = ${toId}
  `.execute(tx);
  return rows[0]!;
}

interface Window {
  readonly direction: FriendRequestDirection | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}

/** Open ones, newest first. Reads `friend_requests_to_idx` and `friend_requests_from_idx`. */
export async function list(db: Queries, userId: number, { direction, before, limit }: Window): Promise<ShownRequestRow[]> {
  const { rows } = await sql<{ id: number; status: RequestRow['status']; created_at: Date; from: PersonRow; to: PersonRow }>`
    with mine as (
      (select id from friend_requests where to_id = ${userId} and status = 'pending'
        and ${direction !== 'outgoing'} and (${before ?? null}::int is null or id < ${before ?? null}::int)
        order by id desc limit ${limit})
      union all
      (select id from friend_requests where from_id = ${userId} and status = 'pending'
        and ${direction !== 'incoming'} and (${before ?? null}::int is null or id < ${before ?? null}::int)
        order by id desc limit ${limit}))
    select r.id, r.status, r.created_at,
      json_build_object('id', f.id, 'username', f.username, 'display_name', f.display_name, 'profile_picture', f.profile_picture) as from,
      json_build_object('id', t.id, 'username', t.username, 'display_name', t.display_name, 'profile_picture', t.profile_picture) as to
    from mine join friend_requests r on r.id = mine.id join users f on f.id = r.from_id join users t on t.id = r.to_id
    order by r.id desc limit ${limit}
  `.execute(db);
  return rows;
}

/** Ends what two have open between them; answers what that was. Under the pair's lock. */
export async function cancelBetween(tx: Tx, a: number, b: number, now: Date): Promise<RequestRow | undefined> {
  const row = await pendingBetween(tx, a, b);
  if (row !== undefined) await answer(tx, row.id, 'cancelled', now);
  return row;
}

/** Answered ones that no limit asks about any more; how many went. Reads `friend_requests_answered_idx`. */
export async function removeAnswered(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from friend_requests where id in (
      select id from friend_requests where answered_at < ${before} limit ${limit} for update skip locked)
    returning id
  `.execute(tx);
  return rows.length;
}
