import { type Selectable, sql } from 'kysely';
import type { Queries, Tables, Tx } from '../../db/index.ts';

export type PersonRow = Pick<Selectable<Tables['users']>, 'id' | 'username' | 'display_name' | 'profile_picture'>;
export type FriendRow = PersonRow & { readonly since: Date };

const PERSON = ['users.id', 'users.username', 'users.display_name', 'users.profile_picture'] as const;

/** Two people, held until the transaction ends, in order of their ids: whatever changes between two is one after another. */
export interface Pair {
  /** Undefined: no such account, a guest, or one that is disabled. */
  person(id: number): PersonRow | undefined;
}

export async function lockPair(tx: Tx, a: number, b: number): Promise<Pair> {
  const rows = await tx.selectFrom('users').select(PERSON).select(['guest_of', 'disabled_at'])
    .where('id', 'in', [a, b]).orderBy('id').forNoKeyUpdate().execute();
  const open = rows.filter((row) => row.guest_of === null && row.disabled_at === null);
  return { person: (id) => open.find((row) => row.id === id) };
}

/** False of guests, and of accounts that are disabled. */
export async function isAccount(db: Queries, id: number): Promise<boolean> {
  const row = await db.selectFrom('users').select('id')
    .where('id', '=', id).where('guest_of', 'is', null).where('disabled_at', 'is', null).executeTakeFirst();
  return row !== undefined;
}

/** Both sides of it. Reads the primary key. */
export async function areFriends(db: Queries, a: number, b: number): Promise<boolean> {
  const row = await db.selectFrom('friendships').select('user_id').where('user_id', '=', a).where('friend_id', '=', b).executeTakeFirst();
  return row !== undefined;
}

export async function since(db: Queries, a: number, b: number): Promise<Date | undefined> {
  const row = await db.selectFrom('friendships').select('created_at').where('user_id', '=', a).where('friend_id', '=', b).executeTakeFirst();
  return row?.created_at;
}

/** Under the pair's lock. */
export async function befriend(tx: Tx, a: number, b: number, now: Date): Promise<void> {
  await tx.insertInto('friendships')
    .values([{ user_id: a, friend_id: b, created_at: now }, { user_id: b, friend_id: a, created_at: now }]).execute();
}

/** Whether they were friends. Under the pair's lock. */
export async function part(tx: Tx, a: number, b: number): Promise<boolean> {
  const result = await tx.deleteFrom('friendships').where((eb) => eb.or([
    eb.and([eb('user_id', '=', a), eb('friend_id', '=', b)]), eb.and([eb('user_id', '=', b), eb('friend_id', '=', a)]),
  ])).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Whether either has `most` friends. */
export async function isFull(tx: Tx, a: number, b: number, most: number): Promise<boolean> {
  const { rows } = await sql<{ full: boolean }>`
    select exists (
      select from unnest(array[${a}, ${b}]::int[]) as p (id)
      where (select count(*) from (select from friendships f where f.user_id = p.id limit ${most}) as few) >= ${most}) as full
  `.execute(tx);
  return rows[0]!.full;
}

interface Window {
  readonly before: { readonly at: Date; readonly id: number } | undefined;
  readonly limit: number;
  /** Only these. */
  readonly among?: readonly number[];
}

/** Newest first. Reads `friendships_newest_idx`. */
export async function list(db: Queries, userId: number, { before, limit, among }: Window): Promise<FriendRow[]> {
  let query = db.selectFrom('friendships').innerJoin('users', 'users.id', 'friendships.friend_id')
    .select(PERSON).select('friendships.created_at as since').where('friendships.user_id', '=', userId)
    .orderBy('friendships.created_at', 'desc').orderBy('friendships.friend_id', 'desc').limit(limit);
  if (before !== undefined) {
    query = query.where(sql<boolean>`(friendships.created_at, friendships.friend_id) < (${before.at}::timestamptz, ${before.id}::int)`);
  }
  if (among !== undefined) query = query.where(sql<boolean>`friendships.friend_id = any(${among}::int[])`);
  return query.execute();
}

/** All ids: of friends, and of those whom a block stands between, whoever made it. Reads primary keys and `blocks_blocked_idx`. */
export async function circle(db: Queries, userId: number): Promise<{ friendIds: number[]; blockedIds: number[] }> {
  const { rows } = await sql<{ friendIds: number[]; blockedIds: number[] }>`
    select
      array(select friend_id from friendships where user_id = ${userId} order by 1) as "friendIds",
      array(
        select blocked_id from blocks where user_id = ${userId}
        union select user_id from blocks where blocked_id = ${userId} order by 1) as "blockedIds"
  `.execute(db);
  return rows[0]!;
}

/**
 * Friends that both have, in order of their ids, after `after`. Two walks along the primary key, met as they go: each as
 * long as the page takes, at most as its person has friends: 1.5 ms for 5,000 of each and none in common, where an
 * `intersect` takes all of both first and a page of many in common costs as much. No friend of somebody is blocked by or blocks them, so nobody is here whom the one who asks may not see.
 */
export async function mutual(
  db: Queries, a: number, b: number, { after, limit }: { readonly after: number; readonly limit: number },
): Promise<PersonRow[]> {
  const { rows } = await sql<PersonRow>`
    select users.id, users.username, users.display_name, users.profile_picture
    from (
      select a.friend_id from friendships a
      where a.user_id = ${a} and a.friend_id > ${after}
        and exists (select from friendships b where b.user_id = ${b} and b.friend_id > ${after} and b.friend_id = a.friend_id)
      order by a.friend_id limit ${limit}) as shared
    join users on users.id = shared.friend_id
    order by users.id
  `.execute(db);
  return rows;
}

/** Of those who came or went, who is a friend of whom among `here`. Reads the primary key. */
export async function friendsAmong(
  db: Queries, moved: readonly number[], here: readonly number[],
): Promise<{ userId: number; friendId: number }[]> {
  const { rows } = await sql<{ userId: number; friendId: number }>`
    select user_id as "userId", friend_id as "friendId" from friendships
    where user_id = any(${moved}::int[]) and friend_id = any(${here}::int[])
  `.execute(db);
  return rows;
}
