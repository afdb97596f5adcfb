import { type Bus, createBus, createMemoryBusLine } from '@watchparty/redis-kit/bus';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openPresenceLine } from './presence-line.ts';
import { PresenceBook } from './presence.ts';

const timings = { gatherMs: 5, heartbeatMs: 50, silentMs: 1000 };
const [ANN, BEN] = [1, 2];

interface Node {
  readonly book: PresenceBook;
  readonly bus: Bus;
  close(): Promise<void>;
}

/** Nodes on one line, which close with the test. */
function nodes() {
  const line = createMemoryBusLine();
  let started = 0;
  return async (): Promise<Node> => {
    const bus = createBus({ driver: line.open(), log: pino({ level: 'silent' }), heartbeatMs: 50 });
    onTestFinished(() => bus.close());
    const book = new PresenceBook();
    const opened = await openPresenceLine({ book, bus, nodeId: `node-${(started += 1)}`, timings });
    onTestFinished(() => opened.close());
    return { book, bus, close: () => opened.close() };
  };
}

const PATIENT = { timeout: 15_000, interval: 5 };
const isOnline = (userId: number, ...at: Node[]): boolean[] => at.map(({ book }) => book.isOnline(userId));

test('[FP1] Who is online with one node is so for all, also for one that comes later', async () => {
  const start = nodes();
  const [one, two] = [await start(), await start()];
  one.book.opened(ANN);
  one.book.opened(ANN);
  await expect.poll(() => isOnline(ANN, two), PATIENT).toEqual([true]);
  const three = await start();
  await expect.poll(() => isOnline(ANN, three), PATIENT).toEqual([true]);
  one.book.closed(ANN);
  one.book.opened(BEN);
  await expect.poll(() => isOnline(BEN, two, three), PATIENT).toEqual([true, true]);
  expect(isOnline(ANN, one, two, three)).toEqual([true, true, true]);
  one.book.closed(ANN);
  await expect.poll(() => isOnline(ANN, two, three), PATIENT).toEqual([false, false]);
});

test('[FP1] Who is with two nodes goes with the last of them', async () => {
  const start = nodes();
  const [one, two, three] = [await start(), await start(), await start()];
  one.book.opened(ANN);
  two.book.opened(ANN);
  await expect.poll(() => isOnline(ANN, three), PATIENT).toEqual([true]);
  await one.close();
  two.book.opened(BEN);
  await expect.poll(() => isOnline(BEN, three), PATIENT).toEqual([true]);
  expect(isOnline(ANN, three)).toEqual([true]);
  await two.close();
  await expect.poll(() => [...isOnline(ANN, three), ...isOnline(BEN, three)], PATIENT).toEqual([false, false]);
});

test('[FP1] Whom only a node had that has fallen silent is gone', async () => {
  const start = nodes();
  const [one, two] = [await start(), await start()];
  one.book.opened(ANN);
  await expect.poll(() => isOnline(ANN, two), PATIENT).toEqual([true]);
  await one.bus.close();
  await expect.poll(() => isOnline(ANN, two), PATIENT).toEqual([false]);
});
