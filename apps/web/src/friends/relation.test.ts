import { expect, test } from 'vitest';
import type { FriendAction } from './actions.ts';
import { withPresence } from './presence.ts';
import { type Relation, relationAfter, relationIn } from './relation.ts';

const person = { id: 7, username: 'bob', displayName: 'Bob', profilePicture: null };
const doing = (kind: FriendAction['kind'], id = 7): FriendAction => ({ kind, person: { ...person, id }, requestId: 1 });
const none: Relation = { kind: 'none' };

test('what the server says is told as one relation', () => {
  expect(relationIn({ isFriend: true, request: null })).toEqual({ kind: 'friend' });
  expect(relationIn({ isFriend: false, request: null })).toEqual(none);
  expect(relationIn({ isFriend: false, request: { id: 3, direction: 'incoming' } })).toEqual({ kind: 'incoming', requestId: 3 });
});

test.each<[FriendAction['kind'], Relation, Relation]>([
  ['ask', none, { kind: 'outgoing', requestId: undefined }],
  ['ask', { kind: 'incoming', requestId: 3 }, { kind: 'friend' }],
  ['ask', { kind: 'outgoing', requestId: 3 }, { kind: 'outgoing', requestId: 3 }],
  ['ask', { kind: 'friend' }, { kind: 'friend' }],
  ['accept', { kind: 'incoming', requestId: 3 }, { kind: 'friend' }],
  ['reject', { kind: 'incoming', requestId: 3 }, none],
  ['cancel', { kind: 'outgoing', requestId: 3 }, none],
  ['remove', { kind: 'friend' }, none],
  ['block', { kind: 'friend' }, { kind: 'blocked' }],
  ['unblock', { kind: 'blocked' }, none],
])('%s is shown before the server has answered', (kind, before, after) => {
  expect(relationAfter(before, 7, [doing(kind)])).toEqual(after);
  expect(relationAfter(before, 7, [doing(kind, 8)])).toBe(before);
});

test('one thing after the other is shown in that order', () => {
  expect(relationAfter({ kind: 'friend' }, 7, [doing('remove'), doing('ask')])).toEqual({ kind: 'outgoing', requestId: undefined });
});

test('who comes and goes changes what is shown of them, and nothing else', () => {
  const friends = [{ id: 1, online: false }, { id: 2, online: true }];
  expect(withPresence(friends, new Map([[1, true], [3, true]]))).toEqual([{ id: 1, online: true }, { id: 2, online: true }]);
  expect(withPresence(friends, new Map([[1, false], [2, true], [3, true]]))).toBe(friends);
});
