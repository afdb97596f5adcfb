import { notice, noticesRead, noticesRemoved } from '@watchparty/protocol';
import type { HttpClient } from '../http-client.ts';
import type { LiveClient } from './live-client.ts';
import { NoticeBook, type NoticesSeen } from './notice-book.ts';
import { createStore, type Store } from './store.ts';

export interface NoticesState extends NoticesSeen {
  /** `failed`: see the error; what is there may be old. */
  readonly status: 'loading' | 'ready' | 'failed';
  readonly error?: unknown;
}

/** What concerns oneself, as it is now: a store for `useSyncExternalStore`. */
export interface NoticeFeed extends Store<NoticesState> {
  /** Asks again for the newest. */
  reload(): Promise<void>;
  /** Fetches older ones. Rejects when that fails. */
  loadMore(): Promise<void>;
  /** At once, and taken back where the server does not take it; rejects then. */
  markRead(ids: readonly string[]): Promise<void>;
  markAllRead(): Promise<void>;
  remove(id: string): Promise<void>;
  close(): void;
}

interface Deps {
  readonly http: Pick<HttpClient, 'notices'>;
  readonly live: Pick<LiveClient, 'on' | 'connection'>;
  /** ISO 8601; by default of this machine's clock. */
  readonly now?: () => string;
}

const PAGE = 20;
const MOST = 100;

/** Fetches, listens, and fetches again on each new connection, for something may have been missed. LC17 */
export function createNoticeFeed({ http, live, now = () => new Date().toISOString() }: Deps): NoticeFeed {
  const book = new NoticeBook();
  const store = createStore<NoticesState>({ ...book.seen, status: 'loading' });
  let closed = false;
  let reloading = 0;

  function show(as?: Pick<NoticesState, 'status' | 'error'>): void {
    const { status, error } = as ?? store.state;
    if (!closed) store.set({ ...book.seen, status, ...(error !== undefined && { error }) });
  }

  async function reload(): Promise<void> {
    reloading += 1;
    const nth = reloading;
    book.asking();
    if (store.state.status === 'failed') show({ status: 'loading' });
    try {
      const limit = Math.min(MOST, Math.max(PAGE, store.state.items.length));
      const page = await http.notices.list({ limit });
      if (nth !== reloading) return;
      book.begin(page);
      show({ status: 'ready' });
    } catch (error) {
      if (nth === reloading) show({ status: 'failed', error });
    }
  }

  async function loadMore(): Promise<void> {
    const { cursor } = book;
    if (cursor === undefined) return;
    const nth = reloading;
    const page = await http.notices.list({ limit: PAGE, cursor });
    if (nth !== reloading || book.cursor !== cursor) return;
    book.goOn(page);
    show();
  }

  async function markRead(ids: readonly string[], asked = { ids: [...ids] } as { ids: string[] } | { upTo: string }): Promise<void> {
    const unread = new Set(store.state.items.filter(({ readAt }) => readAt === null).map(({ id }) => id));
    const changing = ids.filter((id) => unread.has(id));
    if (changing.length === 0 && 'ids' in asked) return;
    book.read(changing, now());
    show();
    try {
      await http.notices.markRead(asked);
    } catch (error) {
      book.unread(changing);
      show();
      throw error;
    }
  }

  const ends = [
    live.on(notice, (told) => {
      book.told(told);
      show();
    }),
    live.on(noticesRead, ({ ids, readAt }) => {
      book.read(ids, readAt);
      show();
    }),
    live.on(noticesRemoved, ({ ids }) => {
      if (!book.remove(ids)) void reload();
      show();
    }),
    whenConnected(live.connection, () => void reload()),
  ];
  void reload();

  return {
    get state() {
      return store.state;
    },
    subscribe: store.subscribe,
    reload, loadMore,
    async markRead(ids) {
      for (let start = 0; start < ids.length; start += MOST) await markRead(ids.slice(start, start + MOST));
    },
    async markAllRead() {
      const { items } = store.state;
      const [newest] = items;
      if (newest !== undefined) await markRead(items.map(({ id }) => id), { upTo: newest.id });
    },
    async remove(id) {
      book.remove([id]);
      show();
      try {
        await http.notices.remove(id);
      } catch (error) {
        if (isGone(error)) return;
        book.putBack([id]);
        show();
        throw error;
      }
    },
    close() {
      closed = true;
      for (const end of ends) end();
    },
  };
}

/** Calls for each new connection. */
function whenConnected(connection: LiveClient['connection'], call: () => void): () => void {
  let last: string | undefined;
  const look = (): void => {
    const { state } = connection;
    if (state.status !== 'connected' || state.connectionId === last) return;
    last = state.connectionId;
    call();
  };
  if (connection.state.status === 'connected') last = connection.state.connectionId;
  return connection.subscribe(look);
}

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'notices.not_found';
