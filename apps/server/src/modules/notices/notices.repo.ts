import { type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type NoticeRow = Omit<Selectable<Tables['notices']>, 'subject'>;

export interface NewRow {
  readonly id: string;
  readonly userId: number;
  readonly kind: string;
  /** Undefined: what it says. */
  readonly subject: string | undefined;
  readonly body: object;
}

const COLUMNS = ['id', 'user_id', 'kind', 'body', 'created_at', 'read_at'] as const;

/**
 * The ids of those that are new: to somebody who is still there, of what they have not been told. In the order of the
 * unique index, so that two who tell the same people of the same do not wait for each other.
 */
export async function insert(tx: Tx, rows: readonly NewRow[], now: Date): Promise<ReadonlySet<string>> {
  const column = <K extends keyof NewRow>(key: K) => rows.map((row) => row[key]);
  const inserted = await sql<{ id: string }>`
    insert into notices (id, user_id, kind, subject, body, created_at)
    select g.id, g.user_id, g.kind, coalesce(g.subject, md5(g.body::text)), g.body, ${now}::timestamptz
    from unnest(
      ${column('id')}::uuid[], ${column('userId')}::int[], ${column('kind')}::text[],
      ${rows.map(({ subject }) => subject ?? null)}::text[], ${rows.map(({ body }) => JSON.stringify(body))}::jsonb[]
    ) as g (id, user_id, kind, subject, body)
    join users on users.id = g.user_id
    order by g.kind, coalesce(g.subject, md5(g.body::text)), g.user_id
    on conflict do nothing
    returning id
  `.execute(tx);
  return new Set(inserted.rows.map(({ id }) => id));
}

/**
 * Leaves each of these people their newest `keep`. Reads `notices_user_idx`. What somebody else holds at the moment is
 * left to the next time: nobody waits here.
 */
export async function trim(tx: Tx, userIds: readonly number[], keep: number): Promise<void> {
  await sql`
    delete from notices where id in (
      select old.id from unnest(${userIds}::int[]) as g (user_id)
      cross join lateral (
        select id from notices where user_id = g.user_id order by id desc offset ${keep} limit 1000 for update skip locked
      ) as old
    )
  `.execute(tx);
}

export interface Subject {
  readonly kind: string;
  readonly subject: string;
}

/** Reads `notices_subject_idx`; `userIds` undefined: of everybody. */
export async function removeOf(tx: Tx, { kind, subject }: Subject, userIds: readonly number[] | undefined): Promise<NoticeRow[]> {
  const { rows } = await sql<NoticeRow>`
    delete from notices where id in (
      select id from notices where kind = ${kind} and subject = ${subject}
        and (${userIds ?? null}::int[] is null or user_id = any(${userIds ?? null}::int[]))
      order by user_id for update
    ) returning ${sql.join(COLUMNS.map((column) => sql.ref(column)))}
  `.execute(tx);
  return rows;
}

/** Replaces these fields, where that changes anything. Reads `notices_subject_idx`. */
export async function revise(tx: Tx, { kind, subject }: Subject, changes: object): Promise<NoticeRow[]> {
  const given = JSON.stringify(changes);
  const { rows } = await sql<NoticeRow>`
    update notices set body = body || ${given}::jsonb where id in (
      select id from notices where kind = ${kind} and subject = ${subject} and not body @> ${given}::jsonb
      order by user_id for update
    ) returning ${sql.join(COLUMNS.map((column) => sql.ref(column)))}
  `.execute(tx);
  return rows;
}

interface Window {
  readonly userId: number;
  readonly kinds: readonly string[];
  readonly before: string | undefined;
  readonly limit: number;
}

/** Newest first. Reads `notices_user_idx`. */
export async function list(db: Queries, { userId, kinds, before, limit }: Window): Promise<NoticeRow[]> {
  let query = db.selectFrom('notices').select(COLUMNS)
    .where('user_id', '=', userId).where('kind', 'in', kinds).orderBy('id', 'desc').limit(limit);
  if (before !== undefined) query = query.where('id', '<', before);
  return query.execute();
}

/** Reads `notices_unread_idx`. */
export async function countUnread(db: Queries, userId: number, kinds: readonly string[]): Promise<number> {
  const { count } = await db.selectFrom('notices').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId).where('read_at', 'is', null).where('kind', 'in', kinds).executeTakeFirstOrThrow();
  return count;
}

/** Which of them have become read: of these, or of this one and all older ones. */
export async function markRead(
  tx: Tx, userId: number, which: { readonly ids: readonly string[] } | { readonly upTo: string }, now: Date,
): Promise<string[]> {
  const chosen = 'ids' in which ? sql`id = any(${which.ids}::uuid[])` : sql`id <= ${which.upTo}::uuid`;
  const { rows } = await sql<{ id: string }>`
    update notices set read_at = ${now}::timestamptz where id in (
      select id from notices where user_id = ${userId} and read_at is null and ${chosen} order by id for update
    ) returning id
  `.execute(tx);
  return rows.map(({ id }) => id);
}

/** False: there is none of this person. */
export async function remove(tx: Tx, userId: number, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('notices').where('id', '=', id).where('user_id', '=', userId).executeTakeFirst();
  return numDeletedRows === 1n;
}

/** Removes the oldest, and answers whose each was. Leaves out what another node removes now. Reads `notices_created_at_idx`. */
export async function removeBefore(tx: Tx, before: Date, limit: number): Promise<number[]> {
  const { rows } = await sql<{ user_id: number }>`
    delete from notices where id in (
      select id from notices where created_at < ${before} order by created_at limit ${limit} for update skip locked
    ) returning user_id
  `.execute(tx);
  return rows.map(({ user_id }) => user_id);
}
