import { type Bus, createBus, createMemoryBusLine } from '@watchparty/redis-kit/bus';
import { pino } from 'pino';
import { onTestFinished, test, vi } from 'vitest';
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

const eventually = (fits: () => boolean) => vi.waitUntil(fits, { timeout: 15_000, interval: 5 });

test('[FP1] Who is online with one node is so for all, also for one that comes later', async () => {
  const start = nodes();
  const [one, two] = [await start(), await start()];
  one.book.opened(ANN);
  one.book.opened(ANN);
  await eventually(() => two.book.isOnline(ANN));
  const three = await start();
  await eventually(() => three.book.isOnline(ANN));
  one.book.closed(ANN);
  one.book.opened(BEN);
  await eventually(() => two.book.isOnline(BEN) && three.book.isOnline(BEN));
  for (const { book } of [one, two, three]) if (!book.isOnline(ANN)) throw new Error('One of two connections is still open');
  one.book.closed(ANN);
  await eventually(() => !two.book.isOnline(ANN) && !three.book.isOnline(ANN));
});

test('[FP1] Who is with two nodes goes with the last of them', async () => {
  const start = nodes();
  const [one, two, three] = [await start(), await start(), await start()];
  one.book.opened(ANN);
  two.book.opened(ANN);
  await eventually(() => three.book.isOnline(ANN));
  await one.close();
  two.book.opened(BEN);
  await eventually(() => three.book.isOnline(BEN));
  if (!three.book.isOnline(ANN)) throw new Error('She is with the second node');
  await two.close();
  await eventually(() => !three.book.isOnline(ANN) && !three.book.isOnline(BEN));
});

test('[FP1] Whom only a node had that has fallen silent is gone', async () => {
  const start = nodes();
  const [one, two] = [await start(), await start()];
  one.book.opened(ANN);
  await eventually(() => two.book.isOnline(ANN));
  await one.bus.close();
  await eventually(() => !two.book.isOnline(ANN));
});
