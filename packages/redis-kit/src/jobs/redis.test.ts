import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openConnection, ready } from '../../test/connection.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { createCatalogue } from './catalogue.ts';
import { describeJobDriver } from './contract-suite.ts';
import { createJobQueues } from './queues.ts';
import { createRedisJobDriver } from './redis-driver.ts';
import { QueueUnavailable } from './types.ts';
import { createJobWorkers, defaultWorkerSettings } from './workers.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis(['--maxmemory-policy', 'noeviction']);
});
afterAll(() => redis.stop());

async function open(prefix: string, url = redis.url) {
  const connection = openConnection(url, { profile: 'worker' });
  onTestFinished(() => connection.close());
  if (url === redis.url) await ready(connection);
  return createRedisJobDriver({ connection, prefix });
}

describeJobDriver('Redis', async () => {
  const prefix = `{${randomUUID()}}`;
  return { open: () => open(prefix) };
});

const silent = { debug: () => {}, warn: () => {}, error: () => {} };
const kind = { name: 'plain', queue: 'mail', attempts: 1, backoffMs: 1, timeoutMs: 1000, accepts: () => true };
const nothing = {
  open: async () => undefined, done: async () => {}, failed: async () => {}, sayRunning: async () => {}, saidRunning: async () => false,
};

test('[JB11] The loss mark stays while Redis does, and changes when it is emptied or started anew', async () => {
  const driver = await open('{mark}');
  const first = await driver.lossMark();
  expect(await driver.lossMark()).toBe(first);
  expect(await (await open('{mark}')).lossMark()).toBe(first);
  const plain = openConnection(redis.url);
  onTestFinished(() => plain.close());
  await ready(plain);
  await plain.client!.flushall();
  const second = await driver.lossMark();
  expect(second).not.toBe(first);
  let back = 0;
  driver.onBack(() => (back += 1));
  await redis.restart();
  await expect.poll(() => back, { timeout: 15_000 }).toBe(2);
  // As with a snapshot that holds the key: only the run id tells.
  const epoch = second.split(' ')[1]!;
  const again = openConnection(redis.url);
  onTestFinished(() => again.close());
  await ready(again);
  await again.client!.set('{mark}:epoch', epoch);
  const third = await driver.lossMark();
  expect(third).toContain(epoch);
  expect(third).not.toBe(second);
});

test('[JB12] A Redis that was never there refuses, and holds up no closing', async () => {
  const driver = await open('{away}', 'redis://127.0.0.1:1');
  const catalogue = createCatalogue([kind]);
  const queues = createJobQueues({ driver, catalogue, log: silent });
  const workers = createJobWorkers({ driver, catalogue, ledger: nothing, log: silent, concurrency: { mail: 1 }, run: async () => {} });
  await expect(queues.add([{ id: randomUUID(), name: 'plain', shown: {} }])).rejects.toThrow(QueueUnavailable);
  await expect(queues.counts('mail')).rejects.toThrow(QueueUnavailable);
  const startedAt = performance.now();
  await workers.close();
  await queues.close();
  expect(performance.now() - startedAt).toBeLessThan(8000);
});

test('[JB12] A Redis that says nothing is given up after the time limit, once; what was asked comes about when it goes on', async () => {
  const connection = openConnection(redis.url, { profile: 'worker' });
  onTestFinished(() => connection.close());
  await ready(connection);
  const queues = createJobQueues({
    driver: createRedisJobDriver({ connection, prefix: '{frozen}', timeoutMs: 100 }), catalogue: createCatalogue([kind]), log: silent,
  });
  onTestFinished(() => queues.close());
  await queues.add([{ id: randomUUID(), name: 'plain', shown: {} }]);
  redis.freeze();
  const id = randomUUID();
  await expect(queues.add([{ id, name: 'plain', shown: {} }])).rejects.toThrow('did not answer within 100 ms');
  await expect(queues.add([{ id, name: 'plain', shown: {} }])).rejects.toThrow('has not answered yet');
  redis.thaw();
  await expect.poll(() => queues.counts('mail').then(({ waiting }) => waiting, () => 0)).toBe(2);
});

test('[JB7] What runs here is not begun a second time although its store has lost it and got it again', async () => {
  const driver = await open('{once}');
  const catalogue = createCatalogue([kind]);
  const queues = createJobQueues({ driver, catalogue, log: silent });
  onTestFinished(() => queues.close());
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  let done = 0;
  let runs = 0;
  const outcomes: string[] = [];
  const workers = createJobWorkers({
    driver, catalogue, log: silent, concurrency: { mail: 2 },
    ledger: { ...nothing, open: async () => (done === 0 ? { payload: {} } : undefined), done: async () => void (done += 1) },
    run: () => {
      runs += 1;
      return mayEnd;
    },
    onRun: (_name, outcome) => void outcomes.push(outcome),
  });
  onTestFinished(() => workers.close());
  const job = { id: randomUUID(), name: 'plain', shown: {} };
  await queues.add([job]);
  await expect.poll(() => runs).toBe(1);
  const plain = openConnection(redis.url);
  onTestFinished(() => plain.close());
  await ready(plain);
  await plain.client!.flushall();
  await queues.add([job]);
  await expect.poll(async () => (await queues.counts('mail')).delayed).toBe(1);
  end();
  await expect.poll(() => outcomes, { timeout: 15_000 }).toEqual(['done', 'skipped']);
  expect([runs, done]).toEqual([1, 1]);
});

test('[JB6] A worker that is cut off from Redis loses its job to another in time', { timeout: 40_000 }, async () => {
  const catalogue = createCatalogue([kind]);
  const cut = openConnection(redis.url, { profile: 'worker' });
  onTestFinished(() => cut.close());
  await ready(cut);
  const ranOn: string[] = [];
  const worker = (name: string, driver: ReturnType<typeof createRedisJobDriver>, run: () => Promise<void>) => {
    const workers = createJobWorkers({
      driver, catalogue, log: silent, concurrency: { mail: 1 },
      ledger: { ...nothing, open: async () => ({ payload: {} }) },
      run: async () => {
        ranOn.push(name);
        await run();
      },
    }, { ...defaultWorkerSettings, drainMs: 100, abortMs: 100 });
    onTestFinished(() => workers.close());
  };
  worker('cut', createRedisJobDriver({ connection: cut, prefix: '{cut}' }), () => new Promise(() => {}));
  const driver = await open('{cut}');
  const queues = createJobQueues({ driver, catalogue, log: silent });
  onTestFinished(() => queues.close());
  await queues.add([{ id: randomUUID(), name: 'plain', shown: {} }]);
  await expect.poll(() => ranOn).toEqual(['cut']);
  worker('other', driver, async () => {});
  const cutAt = performance.now();
  cut.client!.disconnect();
  await expect.poll(() => ranOn, { timeout: 15_000 }).toEqual(['cut', 'other']);
  expect(performance.now() - cutAt).toBeLessThan(15_000);
});
