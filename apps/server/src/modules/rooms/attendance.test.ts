import { beforeEach, expect, test } from 'vitest';
import { AttendanceBook, type AttendanceChange } from './attendance.ts';
import type { Player } from './waiting.ts';

const ROOM = 5;
const ann = { userId: 1, username: 'ann' };
const player: Player = { version: 3, driftMs: 2, rttMs: 20, buffering: false, ready: true, free: false };

let book: AttendanceBook;
let changes: [userId: number, change: AttendanceChange][];
beforeEach(() => {
  book = new AttendanceBook();
  changes = [];
  book.listen((_roomId, userId, change) => changes.push([userId, change]));
});
const report = (given: Partial<Player>, nowMs = 0, connection = 'one') => book.report(ROOM, ann.userId, connection, { ...player, ...given }, nowMs);

test('[LR5] Somebody is there from their first connection to their last, and both are told once', () => {
  book.arrive(ROOM, ann, 'one');
  book.arrive(ROOM, ann, 'one');
  book.arrive(ROOM, ann, 'two');
  expect(book.depart(ROOM, ann.userId, 'one')).toBe(false);
  expect(book.depart(ROOM, ann.userId, 'one')).toBe(false);
  expect(book.of(ROOM, ann.userId)).toEqual({ online: true, player: undefined });
  expect(book.depart(ROOM, ann.userId, 'two')).toBe(true);
  expect(book.of(ROOM, ann.userId)).toEqual({ online: false, player: undefined });
  expect(changes).toEqual([[1, 'online'], [1, 'online']]);
  expect([...book.roomsHere()]).toEqual([]);
});

test('[LP6] Reports are told by what changes in them; the same again is not', () => {
  book.arrive(ROOM, ann, 'one');
  changes = [];
  expect(report({})).toBe(true);
  expect(report({})).toBe(true);
  expect(report({ driftMs: 3 })).toBe(true);
  expect(report({ driftMs: 3, version: 4 })).toBe(true);
  expect(report({ driftMs: 3, version: 4, buffering: true })).toBe(true);
  expect(changes).toEqual([[1, 'player'], [1, 'figures'], [1, 'player'], [1, 'player']]);
  expect(report({}, 0, 'another')).toBe(false);
  expect(book.report(ROOM + 1, ann.userId, 'one', player, 0)).toBe(false);
});

test('[LP4] [LP7] Somebody lacks data since they first said so without a break; whoever watches by themselves does not count', () => {
  book.arrive(ROOM, ann, 'one');
  report({ buffering: true }, 100);
  report({ buffering: true, driftMs: 50 }, 900);
  expect(book.slowHere(ROOM)).toMatchObject([{ userId: 1, bufferingSinceMs: 100 }]);
  report({ buffering: true, free: true }, 1000);
  expect(book.slowHere(ROOM)).toEqual([]);
  report({ buffering: false }, 1100);
  report({ buffering: true }, 1200);
  expect(book.slowHere(ROOM)).toMatchObject([{ bufferingSinceMs: 1200 }]);
});

test('[LP4] What the player of a connection said ends with it', () => {
  book.arrive(ROOM, ann, 'one');
  book.arrive(ROOM, ann, 'two');
  report({ buffering: true }, 100, 'one');
  book.depart(ROOM, ann.userId, 'two');
  expect(book.slowHere(ROOM)).toHaveLength(1);
  book.arrive(ROOM, ann, 'two');
  book.depart(ROOM, ann.userId, 'one');
  expect(book.of(ROOM, ann.userId)).toEqual({ online: true, player: undefined });
  expect(book.slowHere(ROOM)).toEqual([]);
});

test('[LR5] All that another node says stands for what it said before', () => {
  const there = (userId: number) => ({ userId, username: `user ${userId}`, player: null });
  book.heard('other', ROOM, [there(1), there(2)], []);
  book.heard('other', ROOM, [], [1]);
  expect(book.everybody(ROOM).map(({ userId }) => userId)).toEqual([2]);
  book.heardAll('other', [{ roomId: ROOM, people: [there(3)] }, { roomId: 6, people: [there(2)] }]);
  expect([ROOM, 6].map((roomId) => book.everybody(roomId).map(({ userId }) => userId))).toEqual([[3], [2]]);
  changes = [];
  book.forget('other');
  expect([ROOM, 6].flatMap((roomId) => book.everybody(roomId))).toEqual([]);
  expect(changes).toEqual([[3, 'online'], [2, 'online']]);
  expect(book.knows('other')).toBe(false);
});
