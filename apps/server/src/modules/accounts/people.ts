import type { FoundPerson, PeopleQuery, User } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import { type PageOf, pageOf } from '../../kernel/page.ts';
import { Problem } from '../../kernel/problem.ts';
import { publicUser } from './accounts.views.ts';
import { type FoundAccount, peoplePolicies } from './people.cache.ts';
import * as repo from './people.repo.ts';

/** What accounts ask of friends, who stand after them: how people stand with one another. */
export interface Circles {
  friendIds(userId: number): Promise<readonly number[]>;
  /** Whom a block stands between, whoever made it. */
  blockedIds(userId: number): Promise<readonly number[]>;
  /** Throws unless there is such a person, and the two may know of one another. */
  requireVisible(userId: number, otherId: number): Promise<void>;
  relations(userId: number, others: readonly number[]): Promise<(id: number) => Pick<FoundPerson, 'isFriend' | 'request'>>;
}

interface Deps {
  readonly queries: Queries;
  readonly reads: Pick<Reads, 'value'>;
  readonly circles: Circles;
}

export type People = ReturnType<typeof createPeople>;

/** So many are found at most, friends not counted. */
const MOST = 100;

export function createPeople({ queries, reads, circles }: Deps) {
  const found = (rows: Awaited<ReturnType<typeof repo.search>>): FoundAccount[] =>
    rows.map((row) => ({ ...publicUser(row), score: row.score }));

  return {
    /** Refuses whom the person may not see. PE4 */
    async requireVisible(actor: Actor, id: number): Promise<void> {
      if (actor.userId !== id) await circles.requireVisible(actor.userId, id);
    },

    async profile(id: number): Promise<User> {
      const row = await repo.findOpen(queries, id);
      if (row === undefined) throw new Problem('accounts.not_found');
      return publicUser(row);
    },

    /**
     * PE1–PE3. What the cache has is the same for everybody; friends come from a search of their own, for among a
     * thousand of the same name they would not be.
     */
    async search({ userId }: Actor, query: PeopleQuery): Promise<PageOf<FoundPerson>> {
      const q = query.q.trim().replaceAll(/\s+/g, ' ').toLowerCase();
      const [friendIds, blockedIds, everybody] = await Promise.all([
        circles.friendIds(userId), circles.blockedIds(userId),
        reads.value(peoplePolicies.search, { q: encodeURIComponent(q) }, async () => found(await repo.search(queries, q, MOST))),
      ]);
      const friends = found(await repo.searchAmong(queries, q, friendIds, MOST));
      const shown = new Set([userId, ...blockedIds]);
      const all = [...friends, ...everybody].filter(({ id }) => !shown.has(id) && shown.add(id));
      const page = { page: query.page ?? 1, limit: query.limit ?? 10 };
      const items = all.slice((page.page - 1) * page.limit, page.page * page.limit);
      const relationTo = await circles.relations(userId, items.map(({ id }) => id));
      const shownTo = ({ score: _score, ...user }: FoundAccount): FoundPerson => ({ ...user, ...relationTo(user.id) });
      return pageOf(items.map(shownTo), all.length, page);
    },
  };
}
