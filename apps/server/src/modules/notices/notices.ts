import {
  type Notice, notice, type NoticesPage, type NoticesQuery, noticesRead, noticesRemoved, type NoticesUnread, type ReadNoticesBody,
} from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import { noticesChanged } from './notices.cache.ts';
import * as repo from './notices.repo.ts';
import { KINDS, noticeView } from './notices.views.ts';

type Fields<N> = N extends Notice ? Omit<N, 'id' | 'createdAt' | 'readAt'> : never;
type FieldsOf<K extends Notice['kind']> = Omit<Fields<Extract<Notice, { readonly kind: K }>>, 'kind'>;

/** What somebody is to be told: a kind and its fields. */
export type NewNotice = Fields<Notice> & {
  readonly userId: number;
  /** What tells it from others of its kind, such as an id; left out, all that it says. Told once of each. NO2 */
  readonly subject?: string;
};

/** Everybody's notice of one thing, by the `subject` that it was given. */
export interface NoticeSubject {
  readonly kind: Notice['kind'];
  readonly subject: string;
}

export interface Notices {
  /**
   * Tells people in the transaction of what it tells of: written down, and told live to those who are there. Whom a
   * block concerns is left out by the caller. Some hundreds at once at most; thousands in several transactions. NO1, NO2
   */
  notify(tx: Tx, effects: Effects, notices: readonly NewNotice[]): Promise<void>;
  /** It is no longer so: nobody is shown it any more; with `userIds`, none of these. NO6 */
  withdraw(tx: Tx, effects: Effects, subject: NoticeSubject, userIds?: readonly number[]): Promise<void>;
  /** It is so in other words: changes these fields in everybody's, read or not, and tells nobody of it as of news. NO6 */
  revise<K extends Notice['kind']>(
    tx: Tx, effects: Effects, subject: NoticeSubject & { readonly kind: K }, changes: Partial<FieldsOf<K>>,
  ): Promise<void>;
  /** The newest first. NO3 */
  list(userId: number, query: NoticesQuery): Promise<NoticesPage>;
  /** NO4 */
  markRead(write: Write, actor: Actor, body: ReadNoticesBody): Promise<NoticesUnread>;
  /** NO5 */
  remove(write: Write, actor: Actor, id: string): Promise<null>;
  /** How many that are too old were removed. NO7 */
  sweep(write: Write): Promise<number>;
}

interface Deps {
  readonly queries: Queries;
  readonly clock: Clock;
  /** Of one person; 500 by default. */
  readonly keep?: number;
  /** Notices of one change of the sweep. */
  readonly batchSize?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_MS = 90 * DAY_MS;

export function createNotices({ queries, clock, keep = 500, batchSize = 500 }: Deps): Notices {
  const now = (): Date => new Date(clock.now());

  function tellRemoved(effects: Effects, rows: readonly Pick<repo.NoticeRow, 'id' | 'user_id'>[]): void {
    if (rows.length === 0) return;
    effects.add(noticesChanged(rows.map(({ user_id }) => user_id)));
    for (const [userId, ofUser] of Map.groupBy(rows, ({ user_id }) => user_id)) {
      effects.add(broadcasted(`user:${userId}`, noticesRemoved, { ids: ofUser.map(({ id }) => id) }));
    }
  }

  return {
    async notify(tx, effects, notices) {
      if (notices.length === 0) return;
      const at = now();
      const rows = notices.map(({ userId, subject, kind, ...body }): repo.NewRow =>
        ({ id: uuidv7(at.getTime()), userId, kind, subject, body }));
      const told = await repo.insert(tx, rows, at);
      if (told.size === 0) return;
      const fresh = rows.filter(({ id }) => told.has(id));
      const userIds = [...new Set(fresh.map(({ userId }) => userId))];
      await repo.trim(tx, userIds, keep);
      effects.add(noticesChanged(userIds));
      for (const { userId, ...row } of fresh) {
        effects.add(broadcasted(`user:${userId}`, notice, noticeView({ ...row, created_at: at, read_at: null })));
      }
    },

    async withdraw(tx, effects, subject, userIds) {
      tellRemoved(effects, await repo.removeOf(tx, subject, userIds));
    },

    async revise(tx, effects, subject, changes) {
      const rows = await repo.revise(tx, subject, changes);
      if (rows.length === 0) return;
      effects.add(noticesChanged(rows.map(({ user_id }) => user_id)));
      for (const row of rows) effects.add(broadcasted(`user:${row.user_id}`, notice, noticeView(row)));
    },

    async list(userId, { cursor, limit = 20 }) {
      const unread = await repo.countUnread(queries, userId, KINDS);
      const rows = await repo.list(queries, { userId, kinds: KINDS, before: cursor, limit: limit + 1 });
      const kept = rows.slice(0, limit);
      return { items: kept.map(noticeView), nextCursor: rows.length > limit ? kept.at(-1)!.id : null, unread };
    },

    markRead: (write, { userId }, { upTo, ids = [] }) =>
      write(async (tx, effects) => {
        const at = now();
        const read = await repo.markRead(tx, userId, upTo === undefined ? { ids } : { upTo }, at);
        if (read.length > 0) {
          effects.add(noticesChanged([userId]));
          effects.add(broadcasted(`user:${userId}`, noticesRead, { ids: read, readAt: at.toISOString() }));
        }
        return { unread: await repo.countUnread(tx, userId, KINDS) };
      }),

    remove: (write, { userId }, id) =>
      write(async (tx, effects) => {
        if (!(await repo.remove(tx, userId, id))) throw new Problem('notices.not_found');
        tellRemoved(effects, [{ id, user_id: userId }]);
        return null;
      }),

    async sweep(write) {
      const before = new Date(clock.now() - KEPT_MS);
      let removed = 0;
      for (;;) {
        const userIds = await write(async (tx, effects) => {
          const of = await repo.removeBefore(tx, before, batchSize);
          if (of.length > 0) effects.add(noticesChanged(of));
          return of;
        });
        removed += userIds.length;
        if (userIds.length < batchSize) return removed;
      }
    },
  };
}
