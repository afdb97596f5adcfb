import { ApiError } from '../api-error.ts';
import type { CallOptions } from '../caller.ts';
import type { ChatChange, Numbered } from './chat-changes.ts';
import { type ChatNews, MessageLog, type MessageLogOptions, type Recent } from './message-log.ts';
import { fullJitterMs, pause, type Timers } from './timers.ts';

/** The server's history. */
export interface ChatHistory<M extends Numbered> {
  list(query: { readonly before?: number; readonly after?: number; readonly limit: number }, options: CallOptions):
    Promise<{ readonly items: readonly M[]; readonly nextCursor: string | null }>;
  changes(query: { readonly after: number; readonly limit: number }, options: CallOptions): Promise<Recent<M> & { readonly hasMore: boolean }>;
}

interface Deps<M extends Numbered> extends MessageLogOptions<M> {
  readonly history: ChatHistory<M>;
  readonly timers: Timers;
  readonly random: () => number;
  /** How long one request may take. */
  readonly timeoutMs: number;
  readonly onNews: (news: ChatNews<M>) => void;
  /** Whether something is missing may be other than before. */
  readonly onProgress: () => void;
}

export interface ChatKeeper<M extends Numbered> {
  readonly log: MessageLog<M>;
  /** Nothing that the server has told of is missing. */
  readonly complete: boolean;
  entered(recent: Recent<M> & { readonly hasMore: boolean }): void;
  received(items: readonly M[]): void;
  receivedChanges(items: readonly ChatChange<M>[]): void;
  /** Asks the server whether there is anything that nobody told of. */
  check(): void;
  /** Fetches messages before those that are kept; answers whether there are more still. */
  loadOlder(limit: number): Promise<boolean>;
  close(): void;
}

const PAGE = 100;
/** An event that was overtaken comes within this; and a crowd that lacks the same message spreads out over it. */
const OVERTAKEN_MS = 250;
/** A refusal is seldom another one a moment later. */
const REFUSED_MS = 3000;
const RETRY = { firstMs: 250, capMs: 5000 };

/** Keeps the messages of a room, or of two people, whole: what events left out is fetched from the server's history. LC7, LC8 */
export function createChatKeeper<M extends Numbered>(deps: Deps<M>): ChatKeeper<M> {
  const { history, timers, random } = deps;
  const log = new MessageLog<M>(deps);
  const closing = new AbortController();
  const { signal } = closing;
  /** A network that swallows everything must not hold up what another attempt would bring. */
  const inTime = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(deps.timeoutMs)]);
  /** The server has more than what it gave. */
  let more = { messages: false, changes: false };
  let fetching = false;

  const tell = (news: ChatNews<M>): void => {
    if (news.delivered.length > 0 || news.changed.length > 0) deps.onNews(news);
  };
  const lacking = (): { messages: boolean; changes: boolean } => ({
    messages: more.messages || log.lacks.messages, changes: more.changes || log.lacks.changes,
  });

  async function fetchMessages(): Promise<void> {
    const { items, nextCursor } = await history.list({ after: log.lastSeq ?? 0, limit: PAGE }, { signal: inTime() });
    more = { ...more, messages: nextCursor !== null };
    tell(log.page(items));
  }

  async function fetchChanges(after = log.changesFrom): Promise<void> {
    const page = await history.changes({ after, limit: PAGE }, { signal: inTime() });
    more = { ...more, changes: page.hasMore };
    tell(log.changesPage(page));
  }

  async function fetchMissing(): Promise<void> {
    for (let fruitless = 0; !signal.aborted; ) {
      const lack = lacking();
      if (!lack.messages && !lack.changes) return;
      if (fruitless > 0) await pause(timers, fullJitterMs(fruitless, { ...RETRY, random }), signal);
      const before = `${log.lastSeq} ${log.changesFrom}`;
      try {
        if (lack.messages) await fetchMessages();
        if (lack.changes) await fetchChanges();
      } catch (error) {
        // Put out of the room, it may be: then whoever entered it hears of that, and closes this.
        if (error instanceof ApiError && error.status < 500) await pause(timers, REFUSED_MS, signal);
      }
      fruitless = `${log.lastSeq} ${log.changesFrom}` === before ? fruitless + 1 : 0;
    }
  }

  function fill(afterMs: number): void {
    const lack = lacking();
    if (fetching || (!lack.messages && !lack.changes)) return;
    fetching = true;
    deps.onProgress();
    void pause(timers, afterMs, signal).then(fetchMissing).finally(() => {
      fetching = false;
      if (!signal.aborted) deps.onProgress();
    });
  }

  return {
    log,
    get complete() {
      const lack = lacking();
      return !lack.messages && !lack.changes;
    },
    entered(recent) {
      if (log.lastSeq !== undefined) more = { ...more, messages: recent.hasMore };
      tell(log.entered(recent));
      fill(0);
    },
    received(items) {
      tell(log.received(items));
      fill(random() * OVERTAKEN_MS);
    },
    receivedChanges(items) {
      tell(log.receivedChanges(items));
      fill(random() * OVERTAKEN_MS);
    },
    check() {
      more = { messages: true, changes: true };
      fill(0);
    },
    async loadOlder(limit) {
      const cursor = log.changeCursor;
      const before = log.messages[0]?.seq ?? (log.lastSeq ?? 0) + 1;
      const { items, nextCursor } = await history.list({ before, limit }, { signal: inTime() });
      log.older(items);
      // Changes that were told of while this page was on its way found nothing to change.
      if (cursor !== undefined && log.changeCursor !== cursor) await fetchChanges(cursor);
      return nextCursor !== null;
    },
    close: () => closing.abort(),
  };
}
