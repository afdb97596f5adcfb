import { createServer, type Server } from 'node:net';
import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { type Network, openNetwork } from '../../../test/network.ts';

let server: TestApp | undefined;
let redis: TestRedis | undefined;
let frozen: Server | undefined;
let network: Network | undefined;
afterEach(async () => {
  await server?.close();
  await redis?.stop();
  frozen?.close();
  await network?.close();
  [server, redis, frozen, network] = [undefined, undefined, undefined, undefined];
});

const health = async (path: string) => (await server!.ask('GET', path)).body;

describe('Without Redis', () => {
  test('GET /api/health is exactly what the contract says', async () => {
    server = await startTestApp();
    const body = await health('/api/health');
    expect(body).toEqual({ success: true, message: 'WatchParty API is running', redis: 'disabled', timestamp: expect.any(String) });
    expect(Math.abs(Date.parse(body.timestamp) - Date.now())).toBeLessThan(60_000);
  });

  test('GET /health is healthy: nothing that the server was given is away', async () => {
    server = await startTestApp();
    expect(await health('/health')).toEqual({
      status: 'healthy', redis: { status: 'disabled', latency: null }, cache: { totalKeys: 0, memoryUsage: '0.0MB' },
      database: { status: 'healthy', latency: expect.any(Number) },
    });
  });
});

describe('With Redis', () => {
  test('It is connected, with latency, keys and memory; killed, the server serves on and says so; back, it is picked up', async () => {
    redis = await startRedis();
    server = await startTestApp({ REDIS_URL: redis.url });
    await vi.waitFor(async () => expect((await health('/api/health')).redis).toBe('connected'), { timeout: 5000 });
    const whole = await health('/health');
    expect(whole).toMatchObject({ status: 'healthy', redis: { status: 'healthy' }, cache: { totalKeys: 0 } });
    expect(whole.redis.latency).toBeGreaterThan(0);
    expect(whole.cache.memoryUsage).toMatch(/^\d+\.\dMB$/);
    expect(whole.cache.memoryUsage).not.toBe('0.0MB');

    await redis.kill();
    await vi.waitFor(async () => expect((await health('/api/health')).redis).toBe('disconnected'), { timeout: 5000 });
    expect(await health('/health')).toMatchObject({ status: 'degraded', redis: { status: 'unhealthy', latency: null } });
    expect((await server.ask('GET', '/api/rooms')).status).toBe(200);

    await redis.restart();
    await vi.waitFor(async () => expect((await health('/api/health')).redis).toBe('connected'), { timeout: 10_000 });
    expect(await health('/health')).toMatchObject({ status: 'healthy' });
  });

  test('The server starts while its Redis cannot be reached', async () => {
    server = await startTestApp({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect((await health('/api/health')).redis).toBe('disconnected');
    expect((await health('/health')).status).toBe('degraded');
  });

  test('A Redis that takes connections and says nothing costs no request more than its time limit', async () => {
    frozen = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => frozen!.listen(0, '127.0.0.1', resolve));
    const { port } = frozen.address() as { port: number };
    server = await startTestApp({ REDIS_URL: `redis://127.0.0.1:${port}` });
    const startedAt = performance.now();
    expect((await health('/health')).redis.status).toBe('unhealthy');
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe('Without its database', () => {
  test('The node wants no requests, refuses them quickly with 503 and Retry-After, and says that it is degraded', async () => {
    const away = await startTestApp({}, {
      reach: async (address) => (network = await openNetwork(address)).connectionString,
    });
    server = away;
    expect(await away.ask('GET', '/health/ready')).toMatchObject({ status: 200, body: { data: { ready: true } } });
    await network!.cut();
    const startedAt = performance.now();
    const refused = await away.ask('GET', '/api/rooms');
    expect(refused).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await away.ask('GET', '/health/ready')).status).toBe(503);
    expect(await health('/health')).toMatchObject({ status: 'degraded', database: { status: 'unhealthy', latency: null } });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await network!.mend();
    expect((await away.ask('GET', '/health/ready')).status).toBe(200);
  });
});
