import type { ChatMessage } from '@watchparty/protocol';
import { type ChatChange, changed, isReaction, newer, type Numbered } from './chat-changes.ts';
import { Sequence } from './sequence.ts';

/** What an event or an answer brought. */
export interface ChatNews<M extends Numbered = ChatMessage> {
  /** Messages that were not told of before, in ascending `seq`. */
  readonly delivered: readonly M[];
  /** Told of before, and different now. */
  readonly changed: readonly M[];
}

/** What the server gave of the newest, or of what came after the last that was known. */
export interface Recent<M> {
  readonly items: readonly M[];
  readonly changeCursor: number;
}

export interface MessageLogOptions<M extends Numbered = ChatMessage> {
  /** How a message shows in those that answer it. */
  readonly replyTo: (message: M) => NonNullable<M['replyTo']>;
  /** The app has all messages up to this `seq`. */
  readonly lastSeq?: number | undefined;
  /** … as they were after this `change`. */
  readonly changeCursor?: number | undefined;
  /** How many of the newest messages are kept. */
  readonly keep: number;
}

const REMEMBERED = 100;

/**
 * The messages of a room, or of two people, as they come: live events (late, twice, out of order, not at all) and answers of the server.
 * Tells of each message once and in ascending `seq`, and keeps each as its latest change left it. LC7–LC9
 */
export class MessageLog<M extends Numbered = ChatMessage> {
  readonly #seqs: Sequence<M>;
  readonly #changes: Sequence<ChatChange<M>>;
  /** Changes of messages that have not come yet, by their ids. */
  readonly #ahead = new Map<string, ChatChange<M>[]>();
  /** Lately changed, but not among those that are kept: what answers them may come late, and show them as they were. */
  readonly #notKept = new Map<string, M>();
  readonly #replyTo: MessageLogOptions<M>['replyTo'];
  #keep: number;
  #messages: readonly M[] = [];
  #forgets = false;
  #delivered: M[] = [];
  readonly #changed = new Map<string, M>();
  /** The room's latest change that the server has spoken of. */
  #latestChange = 0;
  /** How far pages of changes have been read, though there are more. */
  #pagedTo = 0;

  constructor({ lastSeq, changeCursor, keep, replyTo }: MessageLogOptions<M>) {
    this.#replyTo = replyTo;
    this.#seqs = new Sequence(lastSeq);
    this.#changes = new Sequence(changeCursor);
    this.#keep = keep;
  }

  /** The newest, in ascending `seq`. A new array when something in it has changed. */
  get messages(): readonly M[] {
    return this.#messages;
  }

  /** Messages that were shown have made room for newer ones. */
  get forgets(): boolean {
    return this.#forgets;
  }

  /** The highest `seq` without a gap before it; undefined before the room was entered. */
  get lastSeq(): number | undefined {
    return this.#seqs.last;
  }

  /** The highest `change` up to which all are in the messages. */
  get changeCursor(): number | undefined {
    return this.#changes.last;
  }

  /** Where the next page of changes begins. */
  get changesFrom(): number {
    return Math.max(this.#changes.last ?? 0, this.#pagedTo);
  }

  /** Something is missing that only the server's history has. */
  get lacks(): { readonly messages: boolean; readonly changes: boolean } {
    return { messages: this.#seqs.hasGap, changes: this.#changes.hasGap || this.#latestChange > (this.#changes.last ?? Infinity) };
  }

  /** What the server gave on entering: what came after `lastSeq`, or the newest. */
  entered({ items, changeCursor }: Recent<M> & { readonly hasMore?: boolean }): ChatNews<M> {
    if (this.#changes.last === undefined) this.#changes.jump(changeCursor);
    this.#latestChange = Math.max(this.#latestChange, changeCursor);
    if (this.#seqs.last === undefined) this.#seqs.jump((items[0]?.seq ?? 1) - 1);
    this.#offerAll(items);
    for (const item of this.#changes.take()) this.#apply(item);
    return this.#news();
  }

  /** Live: messages, in whatever order. */
  received(items: readonly M[]): ChatNews<M> {
    for (const item of items) this.#offer(item);
    this.#deliver(this.#seqs.take());
    return this.#news();
  }

  /** Live: messages as they are after a change, and reactions. */
  receivedChanges(items: readonly ChatChange<M>[]): ChatNews<M> {
    for (const item of items) if (item.change !== null) this.#changes.offer(item.change, item);
    for (const item of this.#changes.take()) this.#apply(item);
    return this.#news();
  }

  /** The server's own: what follows `lastSeq` without anything left out. What is not in it has been cleared away. */
  page(items: readonly M[]): ChatNews<M> {
    this.#offerAll(items);
    return this.#news();
  }

  /**
   * The server's own: what changed after `changesFrom`, each message as it is now. A change that lies behind a later one
   * of the same message shows in that one's place only, so nothing is complete before the last page.
   */
  changesPage({ items, changeCursor, hasMore }: Recent<M> & { readonly hasMore: boolean }): ChatNews<M> {
    for (const item of items) this.#apply(item);
    this.#pagedTo = changeCursor;
    this.#latestChange = Math.max(this.#latestChange, changeCursor + (hasMore ? 1 : 0));
    if (!hasMore) {
      // Each message is as the last of these left it.
      this.#changes.jump(changeCursor);
      for (const item of this.#changes.take()) this.#apply(item);
    }
    return this.#news();
  }

  /** Messages before the first that is kept. */
  older(items: readonly M[]): void {
    const first = this.#messages[0]?.seq ?? (this.#seqs.last ?? 0) + 1;
    const before = items.filter(({ seq }) => seq < first);
    this.#keep += before.length;
    this.#forgets = false;
    this.#messages = [...before, ...this.#messages];
  }

  #offerAll(items: readonly M[]): void {
    for (const item of items) {
      this.#deliver(this.#seqs.jump(item.seq - 1));
      this.#offer(item);
    }
    this.#deliver(this.#seqs.take());
  }

  #offer(item: M): void {
    const held = this.#seqs.early(item.seq);
    const ahead = this.#ahead.get(item.id) ?? [];
    this.#ahead.delete(item.id);
    this.#seqs.offer(item.seq, ahead.reduce(changed, held === undefined ? item : newer(held, item)));
    // Told of before: but this copy may show more.
    if (this.#seqs.last !== undefined && item.seq <= this.#seqs.last) this.#replace(item);
  }

  #deliver(items: readonly M[]): void {
    if (items.length === 0) return;
    const answered = new Map([...this.#notKept.values(), ...this.#messages, ...items].map((message) => [message.id, message]));
    const current = items.map((message) => {
      const original = answered.get(message.replyTo?.id ?? '');
      return original === undefined ? message : { ...message, replyTo: this.#replyTo(original) };
    });
    const all = [...this.#messages, ...current];
    this.#messages = all.slice(-this.#keep);
    this.#forgets ||= all.length > this.#keep;
    this.#delivered.push(...current);
  }

  #apply(change: ChatChange<M>): void {
    if (change.seq > (this.#seqs.last ?? 0)) {
      const held = this.#seqs.early(change.seq);
      if (held !== undefined) this.#seqs.offer(change.seq, changed(held, change));
      else this.#ahead.set(change.id, [...(this.#ahead.get(change.id) ?? []), change]);
    } else {
      this.#replace(change);
    }
  }

  /** A message that was told of, by what it has become. */
  #replace(change: ChatChange<M>): void {
    const at = this.#messages.findIndex(({ id }) => id === change.id);
    const before = this.#messages[at];
    if (before !== undefined) {
      const after = changed(before, change);
      if (after === before) return;
      this.#put(at, after);
    }
    if (isReaction(change)) return;
    if (before === undefined) {
      const known = this.#notKept.get(change.id);
      if (known !== undefined && newer(known, change) === known) return;
      this.#remember(change);
    }
    for (const [index, message] of this.#messages.entries()) {
      if (message.replyTo?.id === change.id) this.#put(index, { ...message, replyTo: this.#replyTo(change) });
    }
  }

  #remember(message: M): void {
    this.#notKept.delete(message.id);
    this.#notKept.set(message.id, message);
    if (this.#notKept.size <= REMEMBERED) return;
    const [oldest] = this.#notKept.keys();
    this.#notKept.delete(oldest!);
  }

  #put(index: number, message: M): void {
    this.#messages = this.#messages.with(index, message);
    const told = this.#delivered.findIndex(({ id }) => id === message.id);
    if (told >= 0) this.#delivered[told] = message;
    else this.#changed.set(message.id, message);
  }

  #news(): ChatNews<M> {
    const news = { delivered: this.#delivered, changed: [...this.#changed.values()] };
    this.#delivered = [];
    this.#changed.clear();
    return news;
  }
}
