import { type NotNull, sql } from 'kysely';
import type { Queries } from '../../db/index.ts';
import type { UserRow } from './accounts.repo.ts';

type FoundRow =
  & Pick<UserRow, 'id' | 'username' | 'display_name' | 'role' | 'bio' | 'profile_picture' | 'created_at'>
  & { readonly score: number };

/** How much of what was asked for a name must have; of `Alexander`, `aleksandr` and `alexnader` have more than half. */
const LEAST = 0.4;
/** As many of those that a text could mean are compared: whoever asks for what thousands are called sees some of them. */
const COMPARED = 5000;

const COLUMNS = sql`u.id, u.username, u.display_name, u.role, u.bio, u.profile_picture, u.created_at`;
/** Whole names before parts of longer ones; who is called so before all. */
const score = (q: string) => sql`
  word_similarity(folded_name(${q}), u.search_name) * 0.75 + similarity(folded_name(${q}), u.search_name) * 0.25
    + case when lower(u.username) = lower(${q}) then 1 else 0 end`;

/** The account of a user who is not disabled. */
export async function findOpen(db: Queries, id: number): Promise<UserRow | undefined> {
  return db.selectFrom('users').selectAll().where('id', '=', id).where('guest_of', 'is', null).where('disabled_at', 'is', null)
    .$narrowType<{ email: NotNull; password_hash: NotNull }>().executeTakeFirst();
}

/**
 * Accounts whose names are like the text, the likeliest first. Reads `users_search_idx`, and `users_username_key` for who
 * is called just so.
 */
export async function search(db: Queries, q: string, limit: number): Promise<FoundRow[]> {
  return db.transaction().execute(async (tx) => {
    await sql`select set_config('pg_trgm.word_similarity_threshold', ${String(LEAST)}, true)`.execute(tx);
    const { rows } = await sql<FoundRow>`
      with likely as materialized (
        (select id from users where lower(username) = lower(${q}) and guest_of is null and disabled_at is null)
        union
        (select id from users where folded_name(${q}) <% search_name and guest_of is null and disabled_at is null limit ${COMPARED}))
      select ${COLUMNS}, ${score(q)} as score
      from likely join users u using (id) order by score desc, u.id limit ${limit}
    `.execute(tx);
    return rows;
  });
}

/** The same of these people alone. */
export async function searchAmong(db: Queries, q: string, ids: readonly number[], limit: number): Promise<FoundRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<FoundRow>`
    select ${COLUMNS}, ${score(q)} as score from users u
    where u.id = any(${ids}::int[]) and u.guest_of is null and u.disabled_at is null
      and (word_similarity(folded_name(${q}), u.search_name) >= ${LEAST} or lower(u.username) = lower(${q}))
    order by score desc, u.id limit ${limit}
  `.execute(db);
  return rows;
}
