import type { ChatMessage, ChatReacted } from '@watchparty/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChatRoom, message } from '../../test/chat-room.ts';
import { type ChatChange, replyTo } from './chat-changes.ts';
import { MessageLog } from './message-log.ts';

const keep = 1000;
const seqs = (items: readonly ChatMessage[]): number[] => items.map(({ seq }) => seq);
const entered = (log: MessageLog, items: ChatMessage[], changeCursor = 0) => log.entered({ items, hasMore: false, changeCursor });

describe('[LC7] Each message is told of once, in ascending seq', () => {
  test('early ones wait, late ones fill the gap, doubles say nothing', () => {
    const log = new MessageLog({ replyTo, keep });
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
    const log = new MessageLog({ replyTo, keep });
    expect(log.received([message(2)]).delivered).toEqual([]);
    expect(seqs(entered(log, [message(1)]).delivered)).toEqual([1, 2]);
    const empty = new MessageLog({ replyTo, keep });
    empty.received([message(1)]);
    expect(seqs(entered(empty, []).delivered)).toEqual([1]);
  });

  test('what the server has cleared away is not waited for', () => {
    const log = new MessageLog({ replyTo, keep, lastSeq: 3, changeCursor: 0 });
    expect(log.received([message(9)]).delivered).toEqual([]);
    expect(seqs(log.page([message(8), message(9)]).delivered)).toEqual([8, 9]);
    expect(log.lacks.messages).toBe(false);
  });
});

describe('[LC9] A message is as its latest change left it', () => {
  const reaction = (change: number, given: Partial<ChatReacted> = {}): ChatReacted => ({
    id: message(1).id, seq: 1, change, emoji: '👍', userId: 7, on: true, count: 1, ...given,
  });

  test('changes are taken in their order', () => {
    const log = new MessageLog({ replyTo, keep });
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
    const log = new MessageLog({ replyTo, keep });
    entered(log, []);
    log.receivedChanges([reaction(1)]);
    expect(log.received([message(1)]).delivered[0]!.reactions).toEqual([{ emoji: '👍', count: 1, userIds: [7] }]);
  });

  test('an old copy changes nothing, and those that answer a message show its change', () => {
    const log = new MessageLog({ replyTo, keep });
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
      const room = new ChatRoom();
      for (let nth = 0; nth < before; nth += 1) room.say();
      const log = new MessageLog({ replyTo, keep });
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
      const firstSeq = room.recent(undefined, 3).items[0]?.seq ?? 1;
      take(log.entered(room.recent(undefined, 3)));
      for (const one of steps) {
        if (one === 'reconnect') take(log.entered(room.recent(log.lastSeq, 3)));
        else if (one === 'fetch') take(log.page(room.after(log.lastSeq!, 2)));
        else if (one === 'fetch changes') take(log.changesPage(room.changesAfter(log.changesFrom, 2)));
        else if ('say' in one) sendOut(one.say === undefined ? room.say() : room.answer(one.say), true, one.fate);
        else {
          const event = room.change(one.which, one.how);
          if (event !== undefined) sendOut(event, false, one.fate);
        }
        arrive();
      }
      while (underWay.length > 0) arrive();
      // As after any reconnect: what the server says, and then all that is missing.
      take(log.entered(room.recent(log.lastSeq, 3)));
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
  const log = new MessageLog({ replyTo, keep: 3 });
  entered(log, [message(5), message(6), message(7)]);
  log.received([message(8)]);
  expect(seqs(log.messages)).toEqual([6, 7, 8]);
  log.older([message(4), message(5), message(6)]);
  expect(seqs(log.messages)).toEqual([4, 5, 6, 7, 8]);
  log.received([message(9)]);
  expect(seqs(log.messages)).toEqual([5, 6, 7, 8, 9]);
});
