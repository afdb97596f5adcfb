import { connectTo, startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let redis: TestRedis;
let client: ReturnType<typeof connectTo>;
let server: TestApp;
let admin: TestUser;
let user: TestUser;
beforeAll(async () => {
  redis = await startRedis();
  client = connectTo(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});
afterEach(() => server.close());

async function start(env: Record<string, string>): Promise<void> {
  await client.flushall();
  server = await startTestApp({ REDIS_TIMEOUT_MS: '5000', ...env });
  const make = factoriesFor(server);
  [admin, user] = [await make.user(), await make.user()];
  await expect.poll(async () => (await read('/api/rooms')).headers.get('x-cache')).toBe('HIT');
}

const read = (path: string) => server.ask('GET', path);
const stats = async () => (await server.ask('GET', '/api/admin/cache/stats', { token: admin.token })).body.data;
const clear = () => server.ask('POST', '/api/admin/cache/clear', { token: admin.token });
const namespace = async (name: string) =>
  (await stats()).namespaces.find((of: { name: string }) => of.name === name);

describe.each([['Redis', true], ['one process', false]])('The cache’s figures in %s', (_name, shared) => {
  const env = () => (shared ? { REDIS_URL: redis.url } : {});

  test('tell keys, memory and hits, in all and by namespace', async () => {
    await start(env());
    const before = await namespace('movies.list');
    expect(before).toMatchObject({ keyPattern: 'cache:movies:page:{page}:limit:{limit}', keys: 0, hits: 0, misses: 0, hitRate: 0 });
    await read('/api/movies?limit=5');
    for (let turn = 0; turn < 3; turn += 1) await read('/api/movies?limit=5');
    await expect.poll(async () => (await namespace('movies.list')).keys).toBe(1);
    expect(await namespace('movies.list')).toMatchObject({ hits: 3, misses: 1, hitRate: 0.75, loads: 1, bypasses: 0, staleHits: 0 });
    const all = await stats();
    expect(all.keys).toBe(all.namespaces.reduce((sum: number, { keys }: { keys: number }) => sum + keys, 0));
    // The third copy is the admin's session.
    expect(all).toMatchObject({ keys: 2, keysEstimated: false, breaker: 'closed', l1: { keys: 3 } });
    expect(all.memoryUsage).toMatch(/^\d+\.\dMB$/);
    expect(all.hits).toBeGreaterThanOrEqual(4);
    expect((await server.ask('GET', '/health')).body.cache).toEqual({ totalKeys: 2, memoryUsage: expect.stringMatching(/^\d+\.\dMB$/) });
  });

  test('are for administrators, and so is clearing', async () => {
    await start(env());
    for (const [method, path] of [['GET', '/api/admin/cache/stats'], ['POST', '/api/admin/cache/clear']] as const) {
      expect((await server.ask(method, path)).status).toBe(401);
      expect((await server.ask(method, path, { token: user.token })).status).toBe(403);
    }
    expect((await read('/api/rooms')).headers.get('x-cache')).toBe('HIT');
  });

  test('Clearing ends every entry, and says how many there were', async () => {
    await start(env());
    await read('/api/movies');
    await expect.poll(async () => (await stats()).keys).toBe(2);
    expect((await clear()).body).toEqual({ success: true, data: { keys: 2 } });
    expect((await read('/api/rooms')).headers.get('x-cache')).toBe('MISS');
    expect((await read('/api/movies')).headers.get('x-cache')).toBe('MISS');
    expect((await read('/api/movies')).headers.get('x-cache')).toBe('HIT');
  });
});

test('Clearing removes entries of every kind from Redis, and nothing else', async () => {
  await start({ REDIS_URL: redis.url });
  const others = ['session:1', 'ratelimit:mine:1', 'bull:email:1', 'cache-like', 'messages-of-mine', 'stream'];
  const entries = ['cache:old:version', 'message:0190', 'messages:1:2', ...Array.from({ length: 1200 }, (_, n) => `cache:room:${n + 100}`)];
  await client.mset(Object.fromEntries([...others, ...entries].map((key) => [key, 'x'])));
  await expect.poll(async () => (await stats()).keys).toBe(entries.length + 1);
  for (const name of ['other', 'messages.message', 'messages.conversation']) expect((await namespace(name)).keys).toBe(1);
  expect((await namespace('rooms.one')).keys).toBe(1200);
  expect((await server.ask('GET', '/health')).body.cache.totalKeys).toBe(entries.length + 1);
  expect((await clear()).body.data.keys).toBe(entries.length + 1);
  await expect.poll(async () => (await client.keys('*')).filter((key) => /^(?:cache|messages?):/.test(key))).toEqual([]);
  expect(await client.exists(...others)).toBe(others.length);
});

test('What is cleared while Redis is away is cleared when it returns with all it had', async () => {
  const own = await startRedis();
  const far = connectTo(own.url);
  try {
    await start({ REDIS_URL: own.url, REDIS_TIMEOUT_MS: '500' });
    own.freeze();
    expect((await clear()).body.data).toEqual({ keys: expect.toSatisfy((keys: number | null) => keys === null || keys === 1) });
    expect((await stats()).breaker).not.toBe('closed');
    own.thaw();
    await expect.poll(async () => (await stats()).breaker).toBe('closed');
    expect(await far.exists('cache:rooms:page:1:limit:10')).toBe(1);
    expect((await read('/api/rooms')).headers.get('x-cache')).toBe('MISS');
  } finally {
    far.disconnect();
    await own.stop();
  }
});
