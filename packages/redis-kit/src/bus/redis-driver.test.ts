import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../test/connect.ts';
import { openConnection } from '../../test/connection.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { createBus } from './bus.ts';
import { describeBusDriver } from './contract-suite.ts';
import { createRedisBusDriver } from './redis-driver.ts';
import type { BusDriver } from './types.ts';

let redis: TestRedis;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => redis.stop());

const quiet = { warn: () => {}, info: () => {} };

async function openDriver(): Promise<BusDriver> {
  const [publisher, subscriber] = [await connect(redis.url), await connect(redis.url, { profile: 'subscriber' })];
  return createRedisBusDriver({ publisher, subscriber });
}

/** Its connections are opened, not waited for. */
function openDriverWithoutRedis(): BusDriver {
  const publisher = openConnection(redis.url);
  const subscriber = openConnection(redis.url, { profile: 'subscriber' });
  onTestFinished(async () => {
    await publisher.close();
    await subscriber.close();
  });
  return createRedisBusDriver({ publisher, subscriber });
}

describeBusDriver('Redis', () => ({ open: openDriver }));

async function openNode(driver?: BusDriver) {
  driver ??= await openDriver();
  const bus = createBus({ driver, log: quiet, heartbeatMs: 60_000 });
  onTestFinished(() => bus.close());
  const heard: unknown[] = [];
  const subscribed = bus.subscribe(
    'rooms', (value): value is unknown => value !== undefined, (payload) => void heard.push(payload),
    { onGap: (gap) => heard.push({ gap }) },
  );
  return { bus, driver, heard, subscribed };
}

const [disconnected, reconnected] = [{ gap: 'disconnected' }, { gap: 'reconnected' }];

/** The publisher of `bus` may still be on its way back. */
async function publish({ bus }: Awaited<ReturnType<typeof openNode>>, payload: unknown): Promise<void> {
  await expect.poll(() => bus.publish('rooms', payload).then(() => true, () => false), { timeout: 10_000 }).toBe(true);
}

test('BU5 a subscriber that is cut off knows it, comes back by itself and knows that too', async () => {
  const [a, b] = [await openNode(), await openNode()];
  await Promise.all([a.subscribed, b.subscribed]);
  await publish(a, 1);
  await expect.poll(() => b.heard).toEqual([1]);
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  await admin.client('KILL', 'TYPE', 'PUBSUB');
  await expect.poll(() => b.heard, { timeout: 10_000 }).toEqual([1, disconnected, reconnected]);
  expect(b.bus.connected()).toBe(true);
  await publish(a, 2);
  await expect.poll(() => b.heard).toEqual([1, disconnected, reconnected, 2]);
});

test('BU5 after a restart of Redis everybody hears again, knowing of the gap', async () => {
  const [a, b] = [await openNode(), await openNode()];
  await Promise.all([a.subscribed, b.subscribed]);
  await redis.kill();
  await expect.poll(() => b.heard, { timeout: 10_000 }).toEqual([disconnected]);
  expect(b.bus.connected()).toBe(false);
  await expect(a.bus.publish('rooms', 'into the void')).rejects.toThrow(/writeable|closed|retries/);
  await redis.restart();
  await expect.poll(() => b.heard, { timeout: 10_000 }).toContainEqual(reconnected);
  await publish(a, 2);
  await expect.poll(() => b.heard.at(-1), { timeout: 10_000 }).toBe(2);
  // The message that went into the void was counted, so a gap may be told for it too. BU4
  expect(b.heard.filter((one) => JSON.stringify(one) !== '{"gap":"skipped"}')).toEqual([disconnected, reconnected, 2]);
});

test('BU5 with Redis away from the start, subscribing does not wait, and messages come when Redis does', async () => {
  await redis.kill();
  const [a, b] = [await openNode(openDriverWithoutRedis()), await openNode(openDriverWithoutRedis())];
  await Promise.all([a.subscribed, b.subscribed]);
  expect(b.heard).toEqual([disconnected]);
  await redis.restart();
  await expect.poll(() => b.heard, { timeout: 10_000 }).toContainEqual(reconnected);
  await expect.poll(() => a.bus.connected(), { timeout: 10_000 }).toBe(true);
  await publish(a, 1);
  await expect.poll(() => b.heard.at(-1), { timeout: 10_000 }).toBe(1);
});

test('BU5 a line opened anew is heard on', async () => {
  const [a, b] = [await openNode(), await openNode()];
  await Promise.all([a.subscribed, b.subscribed]);
  b.driver.reconnect();
  await expect.poll(() => b.heard, { timeout: 10_000 }).toEqual([disconnected, reconnected]);
  await publish(a, 1);
  await expect.poll(() => b.heard).toEqual([disconnected, reconnected, 1]);
});

test('BU2 nodes of another name are not heard', async () => {
  const [publisher, subscriber] = [await connect(redis.url), await connect(redis.url, { profile: 'subscriber' })];
  const other = createRedisBusDriver({ publisher, subscriber, name: 'other' });
  const bus = createBus({ driver: other, log: quiet });
  onTestFinished(() => bus.close());
  const b = await openNode();
  await b.subscribed;
  await bus.publish('rooms', 'not for b');
  const a = await openNode();
  await a.subscribed;
  await publish(a, 'for b');
  await expect.poll(() => b.heard).toEqual(['for b']);
});

test('BU8 a closed driver leaves its connections to their owner, and nothing subscribed', async () => {
  const [publisher, subscriber] = [await connect(redis.url), await connect(redis.url, { profile: 'subscriber' })];
  const bus = createBus({ driver: createRedisBusDriver({ publisher, subscriber }), log: quiet });
  await bus.subscribe('rooms', (value): value is unknown => value !== undefined, () => {}, { onGap: () => {} });
  expect(await publisher.client!.pubsub('NUMSUB', 'bus')).toEqual(['bus', 1]);
  await bus.close();
  await expect.poll(() => publisher.client!.pubsub('NUMSUB', 'bus')).toEqual(['bus', 0]);
  expect([publisher.status(), subscriber.status()]).toEqual(['connected', 'connected']);
});
