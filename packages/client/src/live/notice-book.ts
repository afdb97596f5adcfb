import { Notice, type NoticesPage } from '@watchparty/protocol';
import { read } from './reading.ts';

export interface NoticesSeen {
  /** The newest first. */
  readonly items: readonly Notice[];
  /** Of all, also of those that have not been fetched. */
  readonly unread: number;
  /** There are older ones. */
  readonly hasMore: boolean;
}

/**
 * What concerns one person, as far as it was fetched, and all that was told of it. What has been read or removed stays
 * so: a page that was fetched before, or shows a moment before, takes nothing of that back. LC17
 */
export class NoticeBook {
  #notices = new Map<string, Notice>();
  readonly #readAt = new Map<string, string>();
  readonly #removed = new Set<string>();
  /** Told since the page was asked for that comes next: perhaps not on it. */
  #toldSince = new Map<string, Notice>();
  /** The oldest that was fetched, if there are older ones. */
  #edge: string | null = null;
  /** Unread ones that are older than what was fetched. */
  #unreadBeyond = 0;

  get cursor(): string | undefined {
    return this.#edge ?? undefined;
  }

  get seen(): NoticesSeen {
    const items = [...this.#notices.values()].filter(({ id }) => !this.#removed.has(id)).map((notice) => this.#asRead(notice))
      .toSorted((a, b) => (a.id < b.id ? 1 : -1));
    const unread = items.filter(({ readAt }) => readAt === null).length;
    return { items, unread: unread + this.#unreadBeyond, hasMore: this.#edge !== null };
  }

  /** The newest page is asked for. */
  asking(): void {
    this.#toldSince = new Map();
  }

  /** The newest page: what was fetched before is forgotten. */
  begin(page: NoticesPage): void {
    this.#notices = new Map(known(page).map((notice) => [notice.id, notice]));
    for (const [id, notice] of this.#toldSince) this.#notices.set(id, notice);
    this.#edge = page.nextCursor;
    this.#unreadBeyond = Math.max(0, page.unread - unreadOn(page));
  }

  /** The page after the cursor. */
  goOn(page: NoticesPage): void {
    for (const notice of known(page)) if (!this.#notices.has(notice.id)) this.#notices.set(notice.id, notice);
    this.#edge = page.nextCursor;
    this.#unreadBeyond = page.nextCursor === null ? 0 : Math.max(0, this.#unreadBeyond - unreadOn(page));
  }

  told(notice: Notice): void {
    if (this.#isBeyond(notice.id)) return;
    this.#toldSince.set(notice.id, notice);
    this.#notices.set(notice.id, notice);
  }

  read(ids: readonly string[], readAt: string): void {
    for (const id of ids) {
      if (this.#readAt.has(id)) continue;
      this.#readAt.set(id, readAt);
      if (this.#isBeyond(id)) this.#unreadBeyond = Math.max(0, this.#unreadBeyond - 1);
    }
  }

  /** They were not: saying so has failed. */
  unread(ids: readonly string[]): void {
    for (const id of ids) this.#readAt.delete(id);
  }

  /** False: of some of them it is not known whether they were unread. */
  remove(ids: readonly string[]): boolean {
    for (const id of ids) this.#removed.add(id);
    return !ids.some((id) => this.#isBeyond(id));
  }

  /** They are not: removing them has failed. */
  putBack(ids: readonly string[]): void {
    for (const id of ids) this.#removed.delete(id);
  }

  #isBeyond(id: string): boolean {
    return this.#edge !== null && id < this.#edge;
  }

  #asRead(notice: Notice): Notice {
    const readAt = this.#readAt.get(notice.id);
    return notice.readAt === null && readAt !== undefined ? { ...notice, readAt } : notice;
  }
}

/** A newer server may have others. */
const known = ({ items }: NoticesPage): Notice[] => items.filter((item) => read(Notice, item) !== undefined);
const unreadOn = ({ items }: NoticesPage): number => items.filter(({ readAt }) => readAt === null).length;
