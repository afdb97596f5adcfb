import type { Bus } from '@watchparty/redis-kit/bus';
import type { Queries } from '../../db/index.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import { openPresenceLine } from './presence-line.ts';
import { createPresenceNews } from './presence-news.ts';
import { PresenceBook } from './presence.ts';

export interface Presence {
  readonly book: PresenceBook;
  close(): Promise<void>;
}

interface Deps {
  readonly queries: Queries;
  readonly bus: Bus;
  readonly live: Pick<Live, 'tellHere'>;
  readonly nodeId: string;
  readonly log: Log;
}

/** Who is online, on all nodes, and telling their friends. */
export async function openPresence({ queries, bus, live, nodeId, log }: Deps): Promise<Presence> {
  const book = new PresenceBook();
  const news = createPresenceNews({ queries, book, live, log });
  const line = await openPresenceLine({ book, bus, nodeId });
  return {
    book,
    async close() {
      await line.close();
      await news.close();
    },
  };
}
