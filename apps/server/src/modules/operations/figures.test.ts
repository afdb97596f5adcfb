import { setTimeout as pause } from 'node:timers/promises';
import type { Figures } from '@watchparty/protocol';
import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Queues } from '../../kernel/queues.ts';
import { createCounters, startFigures } from './index.ts';

let redis: TestRedis;
let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
beforeAll(async () => {
  redis = await startRedis();
  server = await startTestApp({ REDIS_URL: redis.url });
  make = factoriesFor(server);
  admin = await make.user();
});
afterAll(async () => {
  await server.close();
  await redis.stop();
});

const SLOW = { timeout: 60_000, interval: 500 };
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const read = async (query = ''): Promise<Figures> => (await server.ask('GET', `/api/admin/figures${query}`, { token: admin.token })).body.data;

test('[FG1] They are for administrators, and name the node they are of', { timeout: 60_000 }, async () => {
  const user = await make.user();
  expect((await server.ask('GET', '/api/admin/figures')).status).toBe(401);
  expect((await server.ask('GET', '/api/admin/figures', { token: user.token })).status).toBe(403);
  const figures = await read();
  expect(figures).toMatchObject({ node: expect.stringMatching(/^[0-9a-f-]{36}$/), host: expect.any(String), intervalSeconds: 5, spanSeconds: 3600 });
  expect(Date.parse(figures.startedAt)).toBeLessThanOrEqual(Date.now());
});

test('[FG2] [FG3] Real requests show in the counts of their time, with quantiles', { timeout: 120_000 }, async () => {
  const room = await make.room(admin);
  for (let turn = 0; turn < 20; turn += 1) await server.ask('GET', `/api/rooms/${room.id}`);
  const ofRooms = async () => (await read()).cache.namespaces.find(({ name }) => name === 'rooms.one');
  await expect.poll(async () => sum((await ofRooms())?.hits ?? []), SLOW).toBeGreaterThanOrEqual(19);
  const figures = await read();
  const rooms = figures.cache.namespaces.find(({ name }) => name === 'rooms.one')!;
  const stats = (await server.ask('GET', '/api/admin/cache/stats', { token: admin.token })).body.data.namespaces.find(({ name }: { name: string }) => name === 'rooms.one');
  // Whoever adds up the points has what is counted elsewhere too.
  expect({ hits: sum(rooms.hits), misses: sum(rooms.misses), loads: sum(rooms.loads) }).toEqual({ hits: stats.hits, misses: stats.misses, loads: stats.loads });
  expect(sum(figures.http.requests)).toBeGreaterThanOrEqual(20);
  expect(sum(figures.http.failures)).toBe(0);
  expect(Math.max(...figures.http.p95Ms.map(Number))).toBeGreaterThan(0);
  // A limit that is off decides too.
  expect(sum(figures.limits.find(({ policy }) => policy === 'anonymous')!.allowed)).toBeGreaterThanOrEqual(20);
  // Nobody watched anything.
  expect(new Set(figures.live.driftP50Ms)).toEqual(new Set([null]));
  expect(sum(figures.live.connections)).toBe(0);
  await expect.poll(async () => (await read()).cache.memoryBytes.at(-1), SLOW).toBeGreaterThan(0);
  const length = figures.at.length;
  for (const list of [figures.http.requests, rooms.hits, figures.live.rooms, figures.process.cpu, figures.queues[0]!.waiting]) expect(list).toHaveLength(length);
  expect(figures.queues.map(({ queueName }) => queueName)).toEqual(expect.arrayContaining(['email', 'imageProcessing', 'roomCleanup']));
});

test('[FG5] Asked for what is new it tells no more; of another node’s time it knows nothing', { timeout: 60_000 }, async () => {
  await expect.poll(async () => (await read()).at.length, SLOW).toBeGreaterThanOrEqual(2);
  const { node, at } = await read();
  const later = await read(`?node=${node}&after=${at[0]}`);
  expect(later.at[0]).toBe(at[1]);
  expect((await read('?node=01890a5d-ac96-774b-bcce-b302099a8057&after=99999999999999')).at[0]).toBe(at[0]);
  expect((await server.ask('GET', '/api/admin/figures?after=-1', { token: admin.token })).status).toBe(400);
});

test('[FG4] While Redis is away its figures are null, and the others go on', { timeout: 120_000 }, async () => {
  const own = await startRedis();
  const app = await startTestApp({ REDIS_URL: own.url });
  try {
    const { token } = await factoriesFor(app).user();
    const last = async () => {
      const { at, cache } = (await app.ask('GET', '/api/admin/figures', { token })).body.data as Figures;
      return { at: at.at(-1) ?? 0, memoryBytes: cache.memoryBytes.at(-1) };
    };
    await expect.poll(async () => (await last()).memoryBytes, SLOW).toBeGreaterThan(0);
    await own.kill();
    const { at } = await last();
    await expect.poll(async () => (await last()).memoryBytes, SLOW).toBeNull();
    await expect.poll(async () => (await last()).at, SLOW).toBeGreaterThan(at);
  } finally {
    await app.close();
    await own.stop();
  }
});

test('[FG1] [FG4] What never answers holds nothing up and is not asked again; no more is kept than an hour’s worth', async () => {
  const counters = createCounters();
  const cache = {
    stats: { all: () => new Map() }, own: () => ({ keys: 0, bytes: 0 }), figures: () => Promise.reject(new Error('away')),
  } as unknown as Parameters<typeof startFigures>[1]['cache'];
  const never = new Promise<never>(() => {});
  let asked = 0;
  const queues: Pick<Queues, 'stats'> = { stats: () => ((asked += 1), never) };
  const figures = startFigures({ node: 'a', host: 'b', intervalMs: 1 }, { counters, cache, queues, liveRooms: () => 2, clock: systemClock });
  for (;;) {
    const { at } = figures.read({});
    if (at.length >= 720) break;
    await pause(20);
  }
  const first = figures.read({}).at[0]!;
  while (figures.read({}).at[0] === first) await pause(20);
  const { at, cache: ofCache, queues: ofQueues, live } = figures.read({});
  expect(at).toHaveLength(720);
  expect(new Set(ofCache.memoryBytes)).toEqual(new Set([null]));
  expect(ofQueues).toEqual([]);
  expect(new Set(live.rooms)).toEqual(new Set([2]));
  // Who does not answer is not asked again and again.
  expect(asked).toBe(1);
  void figures.close();
});
