import { readFileSync } from 'node:fs';
import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';
import { FAMILIES } from './families.ts';

let redis: TestRedis;
let server: TestApp | undefined;
beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => redis.stop());

async function start(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  server = await startTestApp({ REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '5000', ...env });
  await expect.poll(async () => (await server!.ask('GET', '/api/rooms')).headers.get('x-cache')).toBe('HIT');
  return server;
}

type Figures = ReadonlyMap<string, number>;

/** By the sample's name with its labels, as the text has them. */
async function scrape(): Promise<Figures> {
  const { status, headers, body } = await server!.ask('GET', '/metrics');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  const lines = (body as string).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => {
    const [, name, value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    // The event loop's lag is not known before it was watched.
    expect(value).toMatch(/^[\d.e+-]+$|^NaN?$/i);
    return [name!, Number(value)];
  }));
}

const change = (before: Figures, after: Figures, name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);

test('What requests make of the cache, the limits and the time they take is counted, by policy and route', async () => {
  const { ask } = await start({ RATE_LIMIT_ANONYMOUS_MAX: '1000' });
  const before = await scrape();
  await ask('GET', '/api/movies?limit=3');
  await ask('GET', '/api/movies?limit=3');
  await ask('GET', '/api/rooms/999');
  await ask('GET', '/api/nothing');
  await ask('DELETE', '/api/movies');
  const after = await scrape();
  const grown = (name: string) => change(before, after, name);

  expect(grown('cache_hits_total{policy="movies.list",source="l1"}')).toBe(1);
  expect(grown('cache_misses_total{policy="movies.list"}')).toBe(1);
  expect(grown('cache_loads_total{policy="movies.list"}')).toBe(1);
  expect(grown('cache_load_failures_total{policy="rooms.one"}')).toBe(1);
  expect(after.get('cache_stale_hits_total{policy="movies.list"}')).toBe(0);
  expect(grown('cache_validation_batches_total')).toBeGreaterThan(0);
  expect(grown('cache_validation_batch_requests_total')).toBeGreaterThan(0);
  expect(after.get('cache_validation_batch_largest')).toBeGreaterThan(0);
  expect(['closed', 'half-open', 'open'].map((state) => after.get(`cache_breaker_state{state="${state}"}`))).toEqual([1, 0, 0]);
  expect(grown('cache_l1_keys')).toBe(1);
  expect(grown('cache_l1_bytes')).toBeGreaterThan(100);

  const answers = (labels: string) => grown(`http_request_duration_seconds_count{${labels}}`);
  expect(answers('method="GET",route="/api/movies",status="2xx"')).toBe(2);
  expect(answers('method="GET",route="/api/rooms/:id",status="4xx"')).toBe(1);
  expect(answers('method="none",route="none",status="4xx"')).toBe(2);
  expect(grown('http_request_duration_seconds_sum{method="GET",route="/api/movies",status="2xx"}')).toBeGreaterThan(0);
  const buckets = [...after].filter(([name]) => name.startsWith('http_request_duration_seconds_bucket{method="GET",route="/api/movies"'));
  expect(buckets.map(([, value]) => value)).toEqual(buckets.map(([, value]) => value).toSorted((a, b) => a - b));
  expect(buckets.at(-1)).toEqual([expect.stringContaining('le="+Inf"'), 2]);

  expect(grown('rate_limit_decisions_total{policy="anonymous",outcome="allowed",source="redis"}')).toBe(3);
  expect(after.get('redis_up{connection="cache"}')).toBe(1);
  expect(after.get('redis_latency_seconds{connection="cache"}')).toBeLessThan(5);
  expect(after.get('database_up')).toBe(1);
  expect(after.get('outbox_failed')).toBe(0);
  expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(after.get('nodejs_eventloop_lag_seconds')).toBeDefined();
});

test('Writes show as invalidations, refusals as refused', async () => {
  const app = await start({ RATE_LIMIT_AUTH_MAX: '2' });
  const make = factoriesFor(app);
  const ann = await make.user();
  const before = await scrape();
  await make.room(ann);
  for (let turn = 0; turn < 4; turn += 1) await app.ask('POST', '/api/auth/login', { body: { username: 'nobody', password: 'secret1' } });
  const after = await scrape();
  expect(change(before, after, 'cache_invalidations_total')).toBeGreaterThan(0);
  expect(change(before, after, 'rate_limit_decisions_total{policy="auth",outcome="refused",source="redis"}')).toBeGreaterThan(0);
});

test('What is away shows as away; what cannot be known is missing', async () => {
  const own = await startRedis();
  try {
    const { ask } = await start({ REDIS_URL: own.url });
    await own.kill();
    await ask('GET', '/api/rooms');
    await expect.poll(async () => (await scrape()).get('cache_breaker_state{state="closed"}')).toBe(0);
    await ask('GET', '/api/rooms');
    const figures = await scrape();
    expect(figures.get('redis_up{connection="cache"}')).toBe(0);
    expect(figures.has('redis_latency_seconds{connection="cache"}')).toBe(false);
    expect(figures.get('cache_bypasses_total{policy="rooms.list"}')).toBeGreaterThan(0);
  } finally {
    await own.stop();
  }
});

test('Without Redis there is nothing to tell of it, and the process’s own cache is counted alike', async () => {
  await start({ REDIS_URL: '' });
  const figures = await scrape();
  expect([...figures.keys()].filter((name) => name.startsWith('redis_'))).toEqual([]);
  expect(figures.get('cache_hits_total{policy="rooms.list",source="l1"}')).toBeGreaterThan(0);
});

test('From near it is open; through a proxy or from elsewhere it takes an administrator', async () => {
  const app = await start({ TRUST_PROXY: 'true' });
  const make = factoriesFor(app);
  const [admin, user] = [await make.user(), await make.user()];
  const passedOn: Record<string, string>[] = [
    { 'x-forwarded-for': '203.0.113.7' }, { 'x-forwarded-for': '10.0.0.7' }, { forwarded: 'for=10.0.0.7' }, { via: '1.1 proxy' },
  ];
  for (const headers of passedOn) {
    const status = async (token?: string) => (await app.ask('GET', '/metrics', { token, headers })).status;
    expect([headers, await status(), await status(user.token), await status(admin.token)]).toEqual([headers, 401, 403, 200]);
  }
  expect((await app.ask('GET', '/metrics', { token: user.token })).status).toBe(200);
  expect((await app.ask('HEAD', '/metrics')).status).toBe(200);
});

test('docs/METRICS.md names every metric with its type, and no other', async () => {
  await start();
  const { body } = await server!.ask('GET', '/metrics');
  const types = [...(body as string).matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  expect(types.slice(0, FAMILIES.length)).toEqual(FAMILIES.map(({ name, type }) => `${name} ${type}`));
  const page = readFileSync(new URL('../../../../../docs/METRICS.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, type]) => `${name} ${type}`);
  // Node's own also depend on its version and on the system.
  const ours = new Set(FAMILIES.map(({ name, type }) => `${name} ${type}`));
  expect(rows.filter((row) => !types.includes(row))).toEqual([]);
  expect([...ours].filter((row) => !rows.includes(row))).toEqual([]);
  const labels = new Map([...page.matchAll(/^\| `(\w+)` \| \w+ \|([^|]*)\|/gm)].map(([, name, cell]) => [
    name!, [...cell!.matchAll(/`(\w+)`/g)].map(([, label]) => label!).toSorted(),
  ]));
  for (const [, name, text] of (body as string).matchAll(/^(\w+?)(?:_bucket|_sum|_count)?\{(.*)\}/gm)) {
    if (!ours.has(`${name} ${FAMILIES.find((family) => family.name === name)?.type}`)) continue;
    const given = [...text!.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((label) => label !== 'le').toSorted();
    expect([name, given]).toEqual([name, labels.get(name!)]);
  }
});
