import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openConnection, ready } from '../../test/connection.ts';
import { startCluster } from '../../test/redis-cluster.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { openRedis, type RedisClient, type RedisConnection, type RedisProfile, type RedisSettings } from './index.ts';

async function redis(args: readonly string[] = []): Promise<TestRedis> {
  const server = await startRedis(args);
  onTestFinished(() => server.stop());
  return server;
}

function open(settings: RedisSettings, options: { profile?: RedisProfile } = {}): RedisConnection {
  const connection = openRedis(settings, options);
  onTestFinished(() => connection.close());
  return connection;
}

/** What commands are refused with where there is no connection to send them on. */
const REFUSED = /Stream isn't writeable|Connection is closed|NOAUTH|WRONGPASS/;

const at = (url: string, more: Partial<Extract<RedisSettings, { kind: 'standalone' }>> = {}): RedisSettings => {
  const { hostname: host, port } = new URL(url);
  return { kind: 'standalone', host, port: Number(port), db: 0, tls: false, timeoutMs: 5000, ...more };
};

const client = (connection: RedisConnection): RedisClient => connection.client!;

/** Every change that a connection tells of, from now on. */
function changesOf(connection: RedisConnection): string[] {
  const changes: string[] = [];
  connection.onChange((status) => changes.push(status));
  return changes;
}

test('Without settings there is a connection that asks nothing of anybody', async () => {
  const none = open({ kind: 'none' });
  expect([none.status(), none.client, await none.ping(), await none.figures(), await none.evictionPolicies()])
    .toEqual(['disabled', undefined, 0, { totalKeys: 0, memoryBytes: 0 }, []]);
});

test('Standalone: answers, tells its latency, keys, memory and eviction policy; each database has its own keys', async () => {
  const { url } = await redis(['--maxmemory-policy', 'volatile-lru']);
  const [zero, two] = [open(at(url)), open(at(url, { db: 2 }))];
  await Promise.all([ready(zero), ready(two)]);
  await client(two).set('film', 'Night Train');
  expect([await client(zero).get('film'), await client(two).get('film')]).toEqual([null, 'Night Train']);
  expect(await zero.ping()).toBeGreaterThan(0);
  expect(await zero.figures()).toEqual({ totalKeys: 0, memoryBytes: expect.toSatisfy((bytes: number) => bytes > 100_000) });
  expect((await two.figures()).totalKeys).toBe(1);
  expect(await zero.evictionPolicies()).toEqual(['volatile-lru']);
});

test('Password and user are given; with a wrong one nothing is answered, and quickly', async () => {
  const { url } = await redis();
  const admin = open(at(url));
  await ready(admin);
  await client(admin).call('ACL', 'SETUSER', 'app', 'on', '>app secret', '~*', '&*', '+@all');
  await client(admin).call('CONFIG', 'SET', 'requirepass', 'p@ss/word');
  const [byPassword, byUser] = [open(at(url, { password: 'p@ss/word' })), open(at(url, { username: 'app', password: 'app secret' }))];
  await Promise.all([ready(byPassword), ready(byUser)]);
  expect([await client(byPassword).call('ACL', 'WHOAMI'), await client(byUser).call('ACL', 'WHOAMI')]).toEqual(['default', 'app']);
  for (const wrong of [{}, { password: 'other' }, { username: 'nobody', password: 'p@ss/word' }]) {
    await expect(open(at(url, { ...wrong, timeoutMs: 500 })).ping()).rejects.toThrow(REFUSED);
  }
});

test('Nobody there: a request fails at once, and so it stays until somebody comes', async () => {
  const server = await redis();
  await server.kill();
  const connection = open(at(server.url));
  const changes = changesOf(connection);
  const startedAt = performance.now();
  for (let turn = 0; turn < 20; turn += 1) {
    await expect(connection.ping()).rejects.toThrow(REFUSED);
    await sleep(10);
  }
  // Far below the time limit of one.
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect([connection.status(), changes]).toEqual(['disconnected', []]);
  await server.restart();
  await ready(connection);
  expect(await connection.ping()).toBeGreaterThan(0);
  expect(changes).toEqual(['connected']);
});

test('Coming and going is told once each, however many attempts lie between', async () => {
  const server = await redis();
  const connection = open(at(server.url));
  await ready(connection);
  const changes = changesOf(connection);
  for (let turn = 1; turn <= 2; turn += 1) {
    await server.kill();
    await expect.poll(() => connection.status()).toBe('disconnected');
    await expect(connection.ping()).rejects.toThrow(REFUSED);
    await sleep(400);
    await server.restart();
    await ready(connection);
    expect(changes).toEqual(Array.from({ length: turn }, () => ['disconnected', 'connected']).flat());
  }
});

test('A Redis that takes connections and commands and says nothing costs a request its time limit, not more', async () => {
  const server = await redis();
  const connection = open(at(server.url, { timeoutMs: 100 }));
  await ready(connection);
  server.freeze();
  const startedAt = performance.now();
  await expect(connection.ping()).rejects.toThrow('did not answer within');
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(90);
  expect(tookMs).toBeLessThan(2000);
  server.thaw();
  await expect.poll(() => connection.ping().then(() => 'answers', () => 'silent')).toBe('answers');
});

test('A connection on which nothing is said any more is given up, and a new one is made', async () => {
  const server = await redis();
  const connection = open(at(server.url, { timeoutMs: 100 }));
  await ready(connection);
  const changes = changesOf(connection);
  server.freeze();
  const startedAt = performance.now();
  await expect(client(connection).incr('count')).rejects.toThrow(/max retries|Connection is closed/);
  expect(performance.now() - startedAt).toBeGreaterThan(750);
  server.thaw();
  await ready(connection);
  expect(changes).toEqual(['disconnected', 'connected']);
});

test('What was sent when the connection broke fails, and is not sent again behind the caller’s back', async () => {
  const server = await redis();
  const connection = open(at(server.url));
  await ready(connection);
  server.freeze();
  const sent = connection.client!.incr('count').then(() => 'answered', () => 'refused');
  await server.kill();
  expect(await sent).toBe('refused');
  await server.restart();
  await ready(connection);
  expect(await client(connection).get('count')).toBeNull();
});

test('A worker’s command waits for as long as it takes', async () => {
  const server = await redis();
  await server.kill();
  const connection = open(at(server.url, { timeoutMs: 50 }), { profile: 'worker' });
  const pushed = client(connection).lpush('jobs', 'mail');
  const blocked = open(at(server.url, { timeoutMs: 50 }), { profile: 'worker' }).client!.brpop('jobs', 30);
  await sleep(300);
  await server.restart();
  expect([await pushed, await blocked]).toEqual([1, ['jobs', 'mail']]);
});

test('A subscriber hears again after its Redis was away', async () => {
  const server = await redis();
  const [subscriber, publisher] = [openConnection(server.url, { profile: 'subscriber' }), openConnection(server.url)];
  onTestFinished(async () => {
    await subscriber.close();
    await publisher.close();
  });
  const heard: string[] = [];
  client(subscriber).on('message', (_channel, message) => heard.push(message));
  await client(subscriber).subscribe('films');
  const say = async (text: string) => client(publisher).publish('films', text).catch(() => 0);
  await expect.poll(() => say('first')).toBe(1);
  await server.restart();
  await expect.poll(() => say('second')).toBe(1);
  await expect.poll(() => heard).toEqual(['first', 'second']);
});

test('Attempts to come back follow in growing pauses', async () => {
  const attemptsAtMs: number[] = [];
  const refuses = createServer((socket) => {
    attemptsAtMs.push(performance.now());
    socket.on('error', () => {}).destroy();
  }).listen(0, '127.0.0.1');
  await once(refuses, 'listening');
  onTestFinished(() => void refuses.close());
  const { port } = refuses.address() as AddressInfo;
  open(at(`redis://127.0.0.1:${port}`));
  await expect.poll(() => attemptsAtMs.length).toBeGreaterThan(4);
  const pausesMs = attemptsAtMs.slice(1, 5).map((ms, index) => ms - attemptsAtMs[index]!);
  // A timer is never early by more than its resolution.
  expect(pausesMs.map((ms, index) => ms > 95 * 2 ** index)).toEqual([true, true, true, true]);
});

test('Closed is closed: no command goes through, and nothing comes back', async () => {
  const server = await redis();
  for (const profile of ['request', 'worker', 'subscriber'] as const) {
    const connection = openConnection(server.url, { profile });
    await ready(connection);
    await connection.close();
    await connection.close();
    const changes = changesOf(connection);
    await server.restart();
    await expect(connection.client!.get('film')).rejects.toThrow(REFUSED);
    // Longer than the first pause before a new attempt would be.
    await sleep(300);
    expect([profile, connection.status(), changes]).toEqual([profile, 'disconnected', expect.not.arrayContaining(['connected'])]);
  }
});

test('A cluster of three: keys anywhere, figures over all, and one master gone is told', { timeout: 60_000 }, async () => {
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const nodes = cluster.ports.slice(0, 1).map((port) => ({ host: '127.0.0.1', port }));
  const connection = open({ kind: 'cluster', nodes, timeoutMs: 5000 });
  await ready(connection);
  const keys = Array.from({ length: 60 }, (_, nth) => `film:${nth}`);
  await Promise.all(keys.map((key) => client(connection).set(key, key)));
  expect(await Promise.all(keys.map((key) => client(connection).get(key)))).toEqual(keys);
  expect((await connection.figures()).totalKeys).toBe(60);
  expect(await connection.evictionPolicies()).toEqual(['noeviction', 'noeviction', 'noeviction']);
  expect(await connection.ping()).toBeGreaterThan(0);
  const changes = changesOf(connection);
  await cluster.servers[1]!.kill();
  await expect.poll(() => changes[0]).toBe('disconnected');
});
