import { type Bus, createBus, createMemoryBusLine } from '@watchparty/redis-kit/bus';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { defaultAttendanceTimings, openAttendanceLine } from './attendance-line.ts';
import { AttendanceBook } from './attendance.ts';
import type { Player } from './waiting.ts';

const ROOM = 5;
const ann = { userId: 1, username: 'ann' };
const bob = { userId: 2, username: 'bob' };
const player: Player = { version: 3, driftMs: 2, rttMs: 20, buffering: false, ready: true, free: false };
const timings = { gatherMs: 5, figuresMs: 10, heartbeatMs: 50, silentMs: 1000 };

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  closing = [];
});

interface Node {
  readonly book: AttendanceBook;
  readonly bus: Bus;
  close(): Promise<void>;
}

function nodes() {
  const line = createMemoryBusLine();
  let started = 0;
  return async (): Promise<Node> => {
    const bus = createBus({ driver: line.open(), log: pino({ level: 'silent' }), heartbeatMs: 50 });
    const book = new AttendanceBook();
    const opened = await openAttendanceLine({ book, bus, nodeId: `node-${(started += 1)}`, timings });
    closing.push(() => bus.close(), () => opened.close());
    return { book, bus, close: () => opened.close() };
  };
}

const eventually = (fits: () => boolean) => vi.waitUntil(fits, { timeout: 10_000, interval: 5 });

test('[LR5] What one node knows of who is there, all know; also one that comes later', async () => {
  const start = nodes();
  const [a, b] = [await start(), await start()];
  a.book.arrive(ROOM, ann, 'one');
  b.book.arrive(ROOM, bob, 'two');
  await eventually(() => a.book.everybody(ROOM).length === 2 && b.book.everybody(ROOM).length === 2);
  a.book.report(ROOM, ann.userId, 'one', player, 0);
  await eventually(() => b.book.of(ROOM, ann.userId).player?.driftMs === 2);
  const late = await start();
  await eventually(() => late.book.everybody(ROOM).length === 2);
  expect(late.book.of(ROOM, ann.userId)).toEqual({ online: true, player });
  a.book.depart(ROOM, ann.userId, 'one');
  await eventually(() => [b, late].every(({ book }) => !book.of(ROOM, ann.userId).online));
});

test('[LR5] Somebody on two nodes is one person, there as long as one of them has them', async () => {
  const start = nodes();
  const [a, b] = [await start(), await start()];
  a.book.arrive(ROOM, ann, 'one');
  b.book.arrive(ROOM, ann, 'two');
  b.book.report(ROOM, ann.userId, 'two', player, 0);
  await eventually(() => a.book.of(ROOM, ann.userId).player !== undefined);
  expect(a.book.everybody(ROOM)).toHaveLength(1);
  a.book.depart(ROOM, ann.userId, 'one');
  expect(a.book.of(ROOM, ann.userId)).toEqual({ online: true, player });
  await b.close();
  await eventually(() => !a.book.of(ROOM, ann.userId).online);
});

test('[LR5] Whom a node had that is silent is not there any more; when it is heard again, they are', async () => {
  const start = nodes();
  const [a, b] = [await start(), await start()];
  b.book.arrive(ROOM, bob, 'two');
  await eventually(() => a.book.of(ROOM, bob.userId).online);
  const publish = vi.spyOn(b.bus, 'publish').mockImplementation(async () => {});
  await eventually(() => !a.book.of(ROOM, bob.userId).online);
  b.book.arrive(ROOM, ann, 'three');
  publish.mockRestore();
  await eventually(() => a.book.everybody(ROOM).length === 2);
  expect(a.book.of(ROOM, bob.userId).online).toBe(true);
});

test('[LR5] Others are gone within ten seconds', () => {
  expect(defaultAttendanceTimings.silentMs + defaultAttendanceTimings.heartbeatMs).toBeLessThanOrEqual(10_000);
  expect(defaultAttendanceTimings.silentMs).toBeGreaterThanOrEqual(3 * defaultAttendanceTimings.heartbeatMs);
});
