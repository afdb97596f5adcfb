import { friendsPresence } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import * as repo from './friends.repo.ts';
import type { PresenceBook } from './presence.ts';

interface Deps {
  readonly queries: Queries;
  readonly book: PresenceBook;
  readonly live: Pick<Live, 'tellHere'>;
  readonly log: Log;
  /** Changes are gathered for so long; who has gone and come back meanwhile, as by a reload, was never away. */
  readonly gatherMs?: number;
}

/**
 * Tells the people of this node which of their friends have come online or gone; every node tells its own. One query for
 * all changes of a moment, none while nothing changes. FP2
 */
export function createPresenceNews({ queries, book, live, log, gatherMs = 2000 }: Deps) {
  /** Who was online when it was last told. */
  const told = new Set<number>();
  let changed = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let telling: Promise<void> = Promise.resolve();
  let closed = false;

  async function tell(): Promise<void> {
    timer = undefined;
    const moved = [...changed].filter((userId) => book.isOnline(userId) !== told.has(userId));
    changed = new Set();
    const here = book.here();
    try {
      const pairs = moved.length === 0 || here.length === 0 ? [] : await repo.friendsAmong(queries, moved, here);
      for (const userId of moved) if (book.isOnline(userId)) told.add(userId); else told.delete(userId);
      for (const [friendId, ofFriend] of Map.groupBy(pairs, (pair) => pair.friendId)) {
        live.tellHere(`user:${friendId}`, friendsPresence, { items: ofFriend.map(({ userId }) => ({ userId, online: told.has(userId) })) });
      }
    } catch (err) {
      log.warn({ err, people: moved.length }, 'Friends could not be told who is online; they will be');
      for (const userId of moved) changed.add(userId);
      if (!closed) soon();
    }
  }

  const soon = (): void => void (timer ??= setTimeout(() => {
    telling = telling.then(tell);
  }, gatherMs).unref());

  const unlisten = book.listen((userId) => {
    changed.add(userId);
    soon();
  });

  return {
    async close(): Promise<void> {
      closed = true;
      unlisten();
      clearTimeout(timer);
      await telling;
    },
  };
}
