import type { DirectMessage } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import { createBatcher } from '../../kernel/batcher.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import type { Log } from '../../kernel/log.ts';
import { messagePolicies, PAGE_LIMIT } from './messages.cache.ts';
import * as repo from './messages.repo.ts';
import { messageView } from './messages.views.ts';
import { pageOf } from './message-page.ts';
import { type Pair, pairKey, pairOf } from './pair.ts';

interface Deps {
  readonly queries: Queries;
  readonly reads: Pick<Reads, 'refresh' | 'available'>;
  readonly log: Log;
  /** These have been made hot. */
  readonly onKept: (ids: readonly string[]) => void;
}

export interface Hot {
  /**
   * Puts new messages and the newest page of their conversations into the cache, for as long as
   * `MESSAGE_CACHE_TTL_SECONDS` says. Never rejects: what is not there is read from the database.
   */
  keep(messages: readonly DirectMessage[]): Promise<void>;
}

/** The values are read from the database after their tags, so that what has changed meanwhile is in them or ends them. DM12 */
export function createHot({ queries, reads, log, onKept }: Deps): Hot {
  const page = createLoader<string, ReturnType<typeof pageOf>>(async (keys) => {
    const pairs = keys.map((key) => key.split(':').map(Number)).map(([lowerId, higherId]): Pair => ({ lowerId: lowerId!, higherId: higherId! }));
    const rows = Map.groupBy(await repo.listNewest(queries, pairs, PAGE_LIMIT + 1), (row) => `${row.lower_id}:${row.higher_id}`);
    return new Map(keys.map((key) => [key, pageOf(rows.get(key) ?? [], { limit: PAGE_LIMIT })]));
  });

  /** Mostly it stands on the page that is loaded with it. */
  async function message({ id, senderId, receiverId }: DirectMessage): Promise<DirectMessage> {
    const onPage = (await page(pairKey(pairOf(senderId, receiverId)))).items.find((item) => item.id === id);
    if (onPage !== undefined) return onPage;
    const [row] = await repo.findMany(queries, [id]);
    if (row === undefined) throw new Error('It is not there');
    return messageView(row);
  }

  return {
    async keep(messages) {
      if (!reads.available) return;
      const pairs = new Map(messages.map(({ senderId, receiverId }) => pairOf(senderId, receiverId)).map((pair) => [pairKey(pair), pair]));
      try {
        await Promise.all([
          ...messages.map((one) => reads.refresh(messagePolicies.message, { id: one.id }, () => message(one))),
          ...[...pairs].map(([key, pair]) => reads.refresh(messagePolicies.conversation, { ...pair }, () => page(key))),
        ]);
        onKept(messages.map(({ id }) => id));
      } catch (err) {
        log.debug({ err }, 'A message could not be kept hot; it is read from the database');
      }
    },
  };
}

type Asked<K, V> = { readonly key: K; readonly done: (value: V | Error) => void };

/** Loads what many ask for at once in one go. */
function createLoader<K, V>(find: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>): (key: K) => Promise<V> {
  const batcher = createBatcher<Asked<K, V>>(async (asked) => {
    try {
      const found = await find([...new Set(asked.map(({ key }) => key))]);
      for (const { key, done } of asked) done(found.get(key) ?? new Error('It is not there'));
    } catch (error) {
      for (const { done } of asked) done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  return (key) =>
    new Promise((resolve, reject) => {
      void batcher.add([{ key, done: (value) => (value instanceof Error ? reject(value) : resolve(value)) }]);
    });
}
