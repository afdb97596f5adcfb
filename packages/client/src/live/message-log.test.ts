import type { ChatMessage, ChatReacted } from '@watchparty/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChatChange, isReaction, replyTo } from './chat-changes.ts';
import { MessageLog } from './message-log.ts';

const message = (seq: number, given: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `m${seq}`, roomId: 1, seq, userId: 7, username: 'ann', content: `text ${seq}`, playbackPositionSeconds: null, clientMessageId: null,
  mentions: [], replyTo: null, reactions: [], change: null, createdAt: '2026-01-01T00:00:00.000Z', editedAt: null, deletedAt: null, ...given,
});

const keep = 1000;
const seqs = (items: readonly ChatMessage[]): number[] => items.map(({ seq }) => seq);
const entered = (log: MessageLog, items: ChatMessage[], changeCursor = 0) => log.entered({ items, hasMore: false, changeCursor });

describe('[LC7] Each message is told of once, in ascending seq', () => {
  test('early ones wait, late ones fill the gap, doubles say nothing', () => {
    const log = new MessageLog({ keep });
    expect(seqs(entered(log, [message(4), message(5)]).delivered)).toEqual([4, 5]);
    expect(log.received([message(7), message(9)]).delivered).toEqual([]);
    expect(log.lacks).toEqual({ messages: true, changes: false });
    expect(seqs(log.received([message(6)]).delivered)).toEqual([6, 7]);
    expect(log.received([message(6), message(5)]).delivered).toEqual([]);
    expect(seqs(log.page([message(8), message(9), message(10)]).delivered)).toEqual([8, 9, 10]);
    expect(log.lacks.messages).toBe(false);
    expect(log.lastSeq).toBe(10);
  });

  test('what came before the room was entered is not lost', () => {
    const log = new MessageLog({ keep });
    expect(log.received([message(2)]).delivered).toEqual([]);
    expect(seqs(entered(log, [message(1)]).delivered)).toEqual([1, 2]);
    const empty = new MessageLog({ keep });
    empty.received([message(1)]);
    expect(seqs(entered(empty, []).delivered)).toEqual([1]);
  });

  test('what the server has cleared away is not waited for', () => {
    const log = new MessageLog({ keep, lastSeq: 3, changeCursor: 0 });
    expect(log.received([message(9)]).delivered).toEqual([]);
    expect(seqs(log.page([message(8), message(9)]).delivered)).toEqual([8, 9]);
    expect(log.lacks.messages).toBe(false);
  });
});

describe('[LC9] A message is as its latest change left it', () => {
  const reaction = (change: number, given: Partial<ChatReacted> = {}): ChatReacted => ({
    id: 'm1', seq: 1, change, emoji: '👍', userId: 7, on: true, count: 1, ...given,
  });

  test('changes are taken in their order', () => {
    const log = new MessageLog({ keep });
    entered(log, [message(1)]);
    expect(log.receivedChanges([reaction(2, { userId: 8, count: 2 })]).changed).toEqual([]);
    expect(log.lacks.changes).toBe(true);
    const { changed } = log.receivedChanges([reaction(1)]);
    expect(changed.map(({ reactions }) => reactions)).toEqual([[{ emoji: '👍', count: 2, userIds: [7, 8] }]]);
    expect(log.receivedChanges([reaction(2, { userId: 8, count: 2 })]).changed).toEqual([]);
    log.receivedChanges([reaction(3, { on: false, count: 1 }), reaction(4, { userId: 8, on: false, count: 0 })]);
    expect(log.messages[0]!.reactions).toEqual([]);
  });

  test('a change that overtakes its message waits for it', () => {
    const log = new MessageLog({ keep });
    entered(log, []);
    log.receivedChanges([reaction(1)]);
    expect(log.received([message(1)]).delivered[0]!.reactions).toEqual([{ emoji: '👍', count: 1, userIds: [7] }]);
  });

  test('an old copy changes nothing, and those that answer a message show its change', () => {
    const log = new MessageLog({ keep });
    const answer = message(2, { replyTo: replyTo(message(1)) });
    entered(log, [message(1), answer]);
    const edited = message(1, { content: 'edited', change: 1, editedAt: '2026-01-01T00:00:01.000Z' });
    log.receivedChanges([edited]);
    expect(log.messages[0]).toEqual(edited);
    expect(log.messages[1]!.replyTo!.content).toBe('edited');
    log.received([message(1)]);
    expect(log.messages[0]).toEqual(edited);
  });
});

/** A room as the server keeps it. */
class Room {
  messages: ChatMessage[] = [];
  changes: ChatChange[] = [];
  cleared = 0;

  say(answered: number | undefined): ChatMessage {
    const original = answered === undefined ? undefined : this.messages[answered % Math.max(1, this.messages.length)];
    const said = message(this.messages.length + 1, original === undefined ? {} : { replyTo: replyTo(original) });
    this.messages.push(said);
    return said;
  }

  /** Edits, deletes, or gives or takes back a reaction; undefined where there is nothing to change. */
  change(which: number, how: 'edit' | 'delete' | number): ChatChange | undefined {
    const before = this.messages[which % Math.max(1, this.messages.length)];
    if (before === undefined || before.deletedAt !== null) return undefined;
    const change = this.changes.length + 1;
    let event: ChatChange;
    let after: ChatMessage;
    if (how === 'edit') after = event = { ...before, content: `edit ${change}`, change, editedAt: '2026-01-01T00:00:01.000Z' };
    else if (how === 'delete') after = event = { ...before, content: '', change, deletedAt: '2026-01-01T00:00:02.000Z' };
    else {
      const old = before.reactions.find(({ emoji }) => emoji === '👍')?.userIds ?? [];
      const on = !old.includes(how);
      const userIds = on ? [...old, how] : old.filter((id) => id !== how);
      after = { ...before, change, reactions: userIds.length === 0 ? [] : [{ emoji: '👍', count: userIds.length, userIds }] };
      event = { id: before.id, seq: before.seq, change, emoji: '👍', userId: how, on, count: userIds.length };
    }
    this.messages[before.seq - 1] = after;
    this.changes.push(event);
    if (!isReaction(event)) {
      this.messages = this.messages.map((one) => (one.replyTo?.id === after.id ? { ...one, replyTo: replyTo(after) } : one));
    }
    return event;
  }

  after(seq: number, limit: number): ChatMessage[] {
    return this.messages.filter((one) => one.seq > Math.max(seq, this.cleared)).slice(0, limit);
  }

  changesAfter(cursor: number, limit: number) {
    const all = this.messages.filter(({ change }) => change !== null && change > cursor).toSorted((a, b) => a.change! - b.change!);
    const items = all.slice(0, limit);
    return { items, hasMore: all.length > limit, changeCursor: all.length > limit ? items.at(-1)!.change! : this.changes.length };
  }

  recent(lastSeq: number | undefined) {
    const items = lastSeq === undefined ? this.messages.slice(-3) : this.after(lastSeq, 3);
    return { items, hasMore: false, changeCursor: this.changes.length };
  }
}

type Step =
  | { readonly say: number | undefined; readonly fate: number }
  | { readonly which: number; readonly how: 'edit' | 'delete' | number; readonly fate: number }
  | 'reconnect' | 'fetch' | 'fetch changes';

const fate = fc.integer({ min: 0, max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ say: fc.option(fc.nat(20), { nil: undefined }), fate }) },
  { weight: 6, arbitrary: fc.record({ which: fc.nat(20), how: fc.oneof(fc.constantFrom('edit' as const, 'delete' as const), fc.integer({ min: 1, max: 3 })), fate }) },
  { weight: 1, arbitrary: fc.constantFrom('reconnect' as const, 'fetch' as const, 'fetch changes' as const) },
);

test('[LC7] [LC8] [LC9] Whatever is lost, doubled or overtaken: each message once and in order, and in the end as the server has it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(5), (steps, before) => {
      const room = new Room();
      for (let nth = 0; nth < before; nth += 1) room.say(undefined);
      const log = new MessageLog({ keep });
      const delivered: ChatMessage[] = [];
      const shown = new Map<string, ChatMessage>();
      const take = (news: { delivered: readonly ChatMessage[]; changed: readonly ChatMessage[] }): void => {
        for (const one of news.delivered) delivered.push(one);
        for (const one of [...news.delivered, ...news.changed]) shown.set(one.id, one);
      };
      /** Events on their way: they arrive whenever their fate says. */
      let underWay: { readonly event: ChatChange; readonly isNew: boolean; readonly left: number }[] = [];
      const arrive = (): void => {
        for (const { event, isNew } of underWay.filter(({ left }) => left === 0)) {
          take(isNew ? log.received([event as ChatMessage]) : log.receivedChanges([event]));
        }
        underWay = underWay.filter(({ left }) => left > 0).map(({ event, isNew, left }) => ({ event, isNew, left: left - 1 }));
      };
      const sendOut = (event: ChatChange, isNew: boolean, its: number): void => {
        if (its >= 8) return;
        underWay.push({ event, isNew, left: its % 4 });
        if (its >= 6) underWay.push({ event, isNew, left: its - 4 });
      };
      const firstSeq = room.recent(undefined).items[0]?.seq ?? 1;
      take(log.entered(room.recent(undefined)));
      for (const one of steps) {
        if (one === 'reconnect') take(log.entered(room.recent(log.lastSeq)));
        else if (one === 'fetch') take(log.page(room.after(log.lastSeq!, 2)));
        else if (one === 'fetch changes') take(log.changesPage(room.changesAfter(log.changesFrom, 2)));
        else if ('say' in one) sendOut(room.say(one.say), true, one.fate);
        else {
          const event = room.change(one.which, one.how);
          if (event !== undefined) sendOut(event, false, one.fate);
        }
        arrive();
      }
      while (underWay.length > 0) arrive();
      // As after any reconnect: what the server says, and then all that is missing.
      take(log.entered(room.recent(log.lastSeq)));
      for (let items = room.after(log.lastSeq!, 2); items.length > 0; items = room.after(log.lastSeq!, 2)) take(log.page(items));
      while (log.lacks.changes) take(log.changesPage(room.changesAfter(log.changesFrom, 2)));

      const expected = room.messages.slice(firstSeq - 1);
      expect(seqs(delivered)).toEqual(seqs(expected));
      expect(log.messages).toEqual(expected);
      expect([...shown.values()]).toEqual(expected);
      expect(log.lacks).toEqual({ messages: false, changes: false });
    }),
    { numRuns: 3000 },
  );
});

test('[LC7] The state keeps the newest only; older ones come when they are asked for', () => {
  const log = new MessageLog({ keep: 3 });
  entered(log, [message(5), message(6), message(7)]);
  log.received([message(8)]);
  expect(seqs(log.messages)).toEqual([6, 7, 8]);
  log.older([message(4), message(5), message(6)]);
  expect(seqs(log.messages)).toEqual([4, 5, 6, 7, 8]);
  log.received([message(9)]);
  expect(seqs(log.messages)).toEqual([5, 6, 7, 8, 9]);
});
