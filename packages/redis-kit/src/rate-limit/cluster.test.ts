import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ready } from '../../test/connection.ts';
import { startCluster, type TestCluster } from '../../test/redis-cluster.ts';
import { openRedis, type RedisConnection } from '../redis/index.ts';
import { keySlot } from './key-slot.ts';
import { createRateLimiter } from './limiter.ts';
import { createRedisRateLimitDriver } from './redis-driver.ts';
import { createScriptSender } from './script-sender.ts';

let cluster: TestCluster;
let connection: RedisConnection;
beforeAll(async () => {
  cluster = await startCluster();
  const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }));
  connection = openRedis({ kind: 'cluster', nodes, timeoutMs: 10_000 });
  await ready(connection);
});
afterAll(async () => {
  await connection?.close();
  await cluster?.stop();
});

test('RL5 in a cluster a turn is one call for each slot, and counts the same', async () => {
  const sender = createScriptSender(connection);
  const calls: string[][] = [];
  const warnings: object[] = [];
  const driver = createRedisRateLimitDriver({
    sender: { ...sender, script: (script, keys, args) => (calls.push([...keys]), sender.script(script, keys, args)) },
    log: { warn: (fields) => warnings.push(fields), info: () => {} },
    clock: { now: () => Date.now() }, timeoutMs: 10_000,
  });
  const { check } = createRateLimiter({ max: 3, windowMs: 60_000, prefix: 'test' }, { driver });
  const subjects = ['ann', 'bob', 'eve', '{same}1', '{same}2', ...Array.from({ length: 30 }, (_, i) => `${i}`)];
  const rounds = [subjects, subjects, subjects, subjects].flat();
  const decisions = await Promise.all(rounds.map((subject) => check(subject)));
  expect(warnings).toEqual([]);
  expect(decisions.every(({ source }) => source === 'redis')).toBe(true);
  expect(decisions.map(({ allowed }) => allowed)).toEqual(
    [true, true, true, false].flatMap((allowed) => subjects.map(() => allowed)),
  );
  const slots = new Set(subjects.map((subject) => keySlot(`ratelimit:test:${subject}`)));
  expect(calls).toHaveLength(slots.size);
  expect(calls).toContainEqual(['ratelimit:test:{same}1', 'ratelimit:test:{same}2']);
});

test('RL5 a key’s slot is the one that Redis sees', async () => {
  const { client } = connection;
  if (!(client instanceof Cluster)) throw new TypeError('Not a cluster');
  const keys = [
    '', 'a', '123456789', 'ratelimit:x:2001:db8:0:1::/64', '{tag}rest', 'a{tag}b{c}', '{}x', 'x{}{y}',
    'a{b', 'a}b{c}', 'ключ',
  ];
  for (const key of keys) expect(keySlot(key), key).toBe(await client.cluster('KEYSLOT', key));
});
