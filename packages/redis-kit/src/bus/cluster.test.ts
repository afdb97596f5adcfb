import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { ready } from '../../test/connection.ts';
import { startCluster, type TestCluster } from '../../test/redis-cluster.ts';
import { openRedis, type RedisConnection, type RedisProfile } from '../redis/index.ts';
import { describeBusDriver } from './contract-suite.ts';
import { createRedisBusDriver } from './redis-driver.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

async function connect(profile: RedisProfile): Promise<RedisConnection> {
  const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }));
  const connection = openRedis({ kind: 'cluster', nodes, timeoutMs: 10_000 }, { profile });
  onTestFinished(() => connection.close());
  await ready(connection);
  return connection;
}

let lines = 0;
describeBusDriver('Redis Cluster', () => {
  const name = `bus-${(lines += 1)}`;
  return {
    open: async () => {
      const [publisher, subscriber] = [await connect('request'), await connect('subscriber')];
      return createRedisBusDriver({ publisher, subscriber, name });
    },
  };
});
