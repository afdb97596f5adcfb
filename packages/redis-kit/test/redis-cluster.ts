import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from './redis.ts';

export interface TestCluster {
  readonly ports: readonly number[];
  readonly servers: readonly TestRedis[];
  /** Resolves once every node sees every slot served. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const JOIN_TIMEOUT_MS = 30_000;

/** Three masters without replicas, each with a third of the slots, on this machine; `more`: arguments for the nth of them. */
export async function startCluster(more: (nth: number) => readonly string[] = () => []): Promise<TestCluster> {
  const servers: TestRedis[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    const busPorts: number[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      const busPort = await freePort();
      busPorts.push(busPort);
      servers.push(await startRedis([
        '--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-port', `${busPort}`,
        '--cluster-node-timeout', '1000', ...more(nth),
      ]));
    }
    const ports = servers.map(({ url }) => Number(new URL(url).port));
    const whole = async (): Promise<void> => {
      const untilMs = performance.now() + JOIN_TIMEOUT_MS;
      for (const port of ports) {
        while (!(await ask(port, (client) => client.cluster('INFO')).catch(() => '')).includes('cluster_state:ok')) {
          if (performance.now() > untilMs) throw new Error('The cluster did not become whole');
          await sleep(20);
        }
      }
    };
    for (const [nth, port] of ports.entries()) {
      await ask(port, async (client) => {
        await client.cluster('ADDSLOTSRANGE', Math.ceil((SLOTS * nth) / 3), Math.ceil((SLOTS * (nth + 1)) / 3) - 1);
        if (nth > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', `${ports[0]}`, `${busPorts[0]}`);
      });
    }
    await whole();
    return { ports, servers, whole, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ask<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ port, retryStrategy: () => null, maxRetriesPerRequest: 0, commandTimeout: 5000 });
  client.on('error', () => {});
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
