import type { ChatMessage } from '@watchparty/protocol';
import { expect, test } from 'vitest';
import { type LiveHistory, liveViolations, type Member } from './live-history-check.ts';

const message = (seq: number, given: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `m${seq}`, roomId: 1, seq, userId: 7, username: 'ann', content: `text ${seq}`, playbackPositionSeconds: null, clientMessageId: `c${seq}`,
  mentions: [], replyTo: null, reactions: [], change: null, createdAt: '2026-01-01T00:00:00.000Z', editedAt: null, deletedAt: null, ...given,
});
const messages = [message(1), message(2, { userId: 8 }), message(3), message(4)];
const told = (...seqs: number[]): Member['told'] => seqs.map((seq) => ({ seq, id: `m${seq}` }));
const member = (given: Partial<Member> = {}): Member => ({ name: 'ann', roomId: 1, beganAfterSeq: 0, told: told(1, 2, 3, 4), shown: messages, ...given });
const given = messages.map(({ userId, clientMessageId, content }) => ({ roomId: 1, userId, clientMessageId: clientMessageId!, content }));
const history = (changes: Partial<LiveHistory> = {}): LiveHistory => ({ given, members: [member()], rooms: new Map([[1, messages]]), ...changes });
const rules = (changes: Partial<LiveHistory>): string[] => liveViolations(history(changes)).map(({ rule }) => rule);
const withMember = (changes: Partial<Member>): string[] => rules({ members: [member(), member(changes)] });

test('A history in which all is well is found well', () => {
  expect(liveViolations(history())).toEqual([]);
  expect(withMember({ beganAfterSeq: 2, told: told(3, 4), shown: messages.slice(2) })).toEqual([]);
});

test('[W1] An acknowledged message that is lost or there twice is found', () => {
  expect(rules({ rooms: new Map([[1, messages.slice(0, 3)]]), members: [] })).toEqual(['W1']);
  const twice = [...messages, message(5, { clientMessageId: 'c2', userId: 8 })];
  expect(rules({ rooms: new Map([[1, twice]]), members: [] })).toEqual(['W1']);
  // Somebody else may have chosen the same one.
  expect(rules({ rooms: new Map([[1, [...messages, message(5, { clientMessageId: 'c2', userId: 9 })]]]), members: [] })).toEqual([]);
});

test('[W1] A gap or a repeat in the numbers is found', () => {
  expect(rules({ rooms: new Map([[1, [message(1), message(3)]]]), given: [], members: [] })).toEqual(['W1']);
  expect(rules({ rooms: new Map([[1, [message(1), message(1)]]]), given: [], members: [] })).toEqual(['W1']);
});

test('[W2] A message that a member was not told of, twice told of, or too late is found', () => {
  expect(withMember({ told: told(1, 2, 4) })).toEqual(['W2']);
  expect(withMember({ told: told(1, 2, 3) })).toEqual(['W2']);
  expect(withMember({ told: [] })).toEqual(['W2', 'W2', 'W2', 'W2']);
  expect(withMember({ told: told(1, 2, 2, 3, 4) })).toEqual(['W2']);
  expect(withMember({ told: told(1, 2, 3, 4, 1) })).toEqual(['W2']);
  expect(withMember({ told: told(1, 3, 2, 4) })).toEqual(['W2']);
  expect(withMember({ beganAfterSeq: 2, told: told(2, 3, 4) })).toEqual(['W2']);
});

test('[W3] A message that nobody said, or another one under its number, is found', () => {
  expect(withMember({ told: [...told(1, 2, 3, 4), { seq: 5, id: 'm5' }] })).toEqual(['W3']);
  expect(withMember({ told: [...told(1, 2, 3), { seq: 4, id: 'other' }] })).toEqual(['W3']);
});

test('[W4] One person’s messages in another order are found', () => {
  const [one, two, three, four] = given;
  expect(rules({ given: [three!, two!, one!, four!] })).toEqual(['W4']);
  expect(rules({ given: [two!, one!, three!, four!] })).toEqual([]);
});

test('[W5] A member who shows less, or something older, is found', () => {
  const reacted = message(2, { userId: 8, reactions: [{ emoji: '👍', count: 1, userIds: [7] }, { emoji: '🎬', count: 1, userIds: [8] }] });
  const rooms = new Map([[1, messages.with(1, reacted)]]);
  expect(rules({ rooms })).toEqual(['W5']);
  expect(rules({ rooms, members: [member({ shown: messages.with(1, { ...reacted, reactions: reacted.reactions.toReversed() }) })] })).toEqual([]);
  expect(withMember({ shown: messages.slice(0, 3) })).toEqual(['W5']);
  expect(withMember({ shown: messages.with(3, message(4, { content: 'edited' })) })).toEqual(['W5']);
});
