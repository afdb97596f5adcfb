import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { ready } from '../../test/connection.ts';
import { startCluster, type TestCluster } from '../../test/redis-cluster.ts';
import { openRedis } from '../redis/index.ts';
import { describeJobDriver } from './contract-suite.ts';
import { createRedisJobDriver } from './redis-driver.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

describeJobDriver('Redis Cluster', async () => {
  const prefix = `{${randomUUID()}}`;
  return {
    open: async () => {
      const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }));
      const connection = openRedis({ kind: 'cluster', nodes, timeoutMs: 10_000 }, { profile: 'worker' });
      onTestFinished(() => connection.close());
      await ready(connection);
      return createRedisJobDriver({ connection, prefix });
    },
  };
});
