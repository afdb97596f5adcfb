import type { ChatChanges, ChatMessage, RecentChat } from '@watchparty/protocol';
import { type ChatChange, isReaction, replyTo } from '../src/live/chat-changes.ts';

export const message = (seq: number, given: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `01890a5d-ac96-774b-bcce-${String(seq).padStart(12, '0')}`, roomId: 1, seq, userId: 7, username: 'ann', content: `text ${seq}`,
  playbackPositionSeconds: null, clientMessageId: null, mentions: [], replyTo: null, reactions: [], change: null,
  createdAt: '2026-01-01T00:00:00.000Z', editedAt: null, deletedAt: null, ...given,
});

/** A room's chat as a server keeps it, in memory: all numbers without a gap. */
export class ChatRoom {
  messages: ChatMessage[] = [];
  changes: ChatChange[] = [];
  /** Messages up to this `seq` have been cleared away. */
  cleared = 0;

  say(given: Partial<ChatMessage> = {}): ChatMessage {
    const said = message(this.messages.length + 1, given);
    this.messages.push(said);
    return said;
  }

  /** What answers another one of these. */
  answer(which: number): ChatMessage {
    const original = this.messages[which % Math.max(1, this.messages.length)];
    return this.say(original === undefined ? {} : { replyTo: replyTo(original) });
  }

  /** Edits, deletes, or gives or takes back a person's reaction; undefined where there is nothing to change. */
  change(which: number, how: 'edit' | 'delete' | number): ChatChange | undefined {
    const before = this.messages[which % Math.max(1, this.messages.length)];
    if (before === undefined || before.deletedAt !== null) return undefined;
    const change = this.changes.length + 1;
    const [after, event] = changeOf(before, change, how);
    this.messages[before.seq - 1] = after;
    this.changes.push(event);
    if (!isReaction(event)) {
      this.messages = this.messages.map((one) => (one.replyTo?.id === after.id ? Object.assign({}, one, { replyTo: replyTo(after) }) : one));
    }
    return event;
  }

  after(seq: number, limit: number): ChatMessage[] {
    return this.messages.filter((one) => one.seq > Math.max(seq, this.cleared)).slice(0, limit);
  }

  before(seq: number, limit: number): ChatMessage[] {
    return this.messages.filter((one) => one.seq < seq && one.seq > this.cleared).slice(-limit);
  }

  changesAfter(cursor: number, limit: number): ChatChanges {
    const all = this.messages.filter(({ change }) => change !== null && change > cursor).toSorted((a, b) => a.change! - b.change!);
    const items = all.slice(0, limit);
    const hasMore = all.length > limit;
    return { items, hasMore, changeCursor: hasMore ? items.at(-1)!.change! : this.changes.length };
  }

  recent(lastSeq: number | undefined, limit: number): RecentChat {
    const all = lastSeq === undefined ? this.messages.filter(({ seq }) => seq > this.cleared) : this.after(lastSeq, Infinity);
    const items = lastSeq === undefined ? all.slice(-limit) : all.slice(0, limit);
    return { items, hasMore: all.length > items.length, changeCursor: this.changes.length };
  }
}

function changeOf(before: ChatMessage, change: number, how: 'edit' | 'delete' | number): [after: ChatMessage, event: ChatChange] {
  if (how === 'edit') {
    const after = { ...before, content: `edit ${change}`, change, editedAt: '2026-01-01T00:00:01.000Z' };
    return [after, after];
  }
  if (how === 'delete') {
    const after = { ...before, content: '', change, deletedAt: '2026-01-01T00:00:02.000Z' };
    return [after, after];
  }
  const old = before.reactions.find(({ emoji }) => emoji === '👍')?.userIds ?? [];
  const on = !old.includes(how);
  const userIds = on ? [...old, how] : old.filter((id) => id !== how);
  const reactions = userIds.length === 0 ? [] : [{ emoji: '👍', count: userIds.length, userIds }];
  return [{ ...before, change, reactions }, { id: before.id, seq: before.seq, change, emoji: '👍', userId: how, on, count: userIds.length }];
}
