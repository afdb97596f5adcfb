import { afterEach, describe, expect, test } from 'vitest';
import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';

let server: TestApp | undefined;
let redis: TestRedis | undefined;
afterEach(async () => {
  await server?.close();
  await redis?.stop();
  [server, redis] = [undefined, undefined];
});

const LIMITS = { RATE_LIMIT_ANONYMOUS_MAX: '5', RATE_LIMIT_USER_MAX: '8', RATE_LIMIT_AUTH_MAX: '3', TRUST_PROXY: '1' };
const from = (address: string) => ({ 'x-forwarded-for': address });

describe.each([['Redis', true], ['one process', false]])('Rate limits in %s', (_name, withRedis) => {
  async function start(): Promise<TestApp> {
    if (withRedis) redis = await startRedis();
    server = await startTestApp({ ...LIMITS, ...(redis && { REDIS_URL: redis.url }) });
    return server;
  }

  test('Strangers are counted by address, and told what is left; the one too many is refused and told when to come back', async () => {
    const { ask } = await start();
    for (let left = 4; left >= 0; left -= 1) {
      const { status, headers } = await ask('GET', '/api/rooms', { headers: from('192.0.2.1') });
      expect([status, headers.get('ratelimit-policy')]).toEqual([200, '"anonymous";q=5;w=900']);
      expect(headers.get('ratelimit')).toMatch(new RegExp(`^"anonymous";r=${left}(;t=\\d+)?$`));
    }
    const refused = await ask('GET', '/api/movies', { headers: from('192.0.2.1') });
    expect(refused).toMatchObject({ status: 429, body: { success: false, code: 'ratelimit.exceeded' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(918);
    expect(refused.headers.get('ratelimit')).toMatch(/^"anonymous";r=0/);
    expect((await ask('GET', '/api/rooms', { headers: from('192.0.2.2') })).status).toBe(200);
  });

  test('All addresses of an IPv6 /64 are one stranger', async () => {
    const { ask } = await start();
    const statuses = [];
    for (let host = 1; host <= 6; host += 1) {
      statuses.push((await ask('GET', '/api/rooms', { headers: from(`2001:db8:1:2::${host}`) })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await ask('GET', '/api/rooms', { headers: from('2001:db8:1:3::1') })).status).toBe(200);
  });

  test('Who is signed in is counted by user, whatever the address; a cached answer counts too', async () => {
    const { ask } = await start();
    const make = factoriesFor({ ask: (method, path, options) => ask(method, path, { ...options, headers: from('192.0.2.9') }) });
    const [ann, boris] = [await make.user(), await make.user()];
    const statuses = [];
    for (let nth = 1; nth <= 9; nth += 1) {
      statuses.push((await ask('GET', '/api/rooms', { token: ann.token, headers: from(`192.0.2.${nth}`) })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 429]);
    expect((await ask('GET', '/api/auth/profile', { token: boris.token, headers: from('192.0.2.1') })).status).toBe(200);
  });

  test('Routes that take passwords have a limit of their own', async () => {
    const { ask } = await start();
    const login = () => ask('POST', '/api/auth/login', { body: { username: 'nobody', password: 'guess' }, headers: from('192.0.2.1') });
    expect([(await login()).status, (await login()).status, (await login()).status, (await login()).status]).toEqual([401, 401, 401, 429]);
    expect((await ask('GET', '/api/rooms', { headers: from('192.0.2.1') })).status).toBe(200);
  });

  test('Trying tokens counts as the stranger one is; health is never refused', async () => {
    const { ask } = await start();
    const statuses = [];
    for (let nth = 1; nth <= 6; nth += 1) {
      statuses.push((await ask('GET', '/api/auth/profile', { token: 'a.b.c', headers: from('192.0.2.1') })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    for (let nth = 1; nth <= 10; nth += 1) expect((await ask('GET', '/api/health', { headers: from('192.0.2.1') })).status).toBe(200);
  });

  test('A hundred at once: just as many are served as may be', async () => {
    const { ask } = await start();
    const all = await Promise.all(Array.from({ length: 100 }, () => ask('GET', '/api/rooms', { headers: from('192.0.2.1') })));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(95);
  });
});

test('Redis goes away: the limits hold on, by what this node knows, and requests do not wait', async () => {
  redis = await startRedis();
  server = await startTestApp({ ...LIMITS, REDIS_URL: redis.url });
  const ask = () => server!.ask('GET', '/api/rooms', { headers: from('192.0.2.1') });
  for (let nth = 1; nth <= 3; nth += 1) expect((await ask()).status).toBe(200);
  await redis.kill();
  const startedAt = performance.now();
  expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([200, 200, 429]);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
