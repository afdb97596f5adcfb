import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Cluster } from 'ioredis';
import { type RedisConnection, within } from '../redis/index.ts';
import { calm } from './calm.ts';
import type { JobDriver } from './driver.ts';
import { QueueUnavailable } from './types.ts';

interface Deps {
  /** Of the profile `worker`, used by the queues alone; its owner closes it after the driver. */
  readonly connection: RedisConnection;
  /** How long a question to the store may take. */
  readonly timeoutMs?: number;
  /** Names this installation's keys. In braces: a queue's keys must share a slot of a cluster. */
  readonly prefix?: string;
}

export const DEFAULT_PREFIX = '{bull}';

/** Queues in Redis, Valkey or a Redis Cluster. */
export function createRedisJobDriver({ connection, timeoutMs = 2000, prefix = DEFAULT_PREFIX }: Deps): JobDriver {
  const { client } = connection;
  if (client === undefined) throw new Error('Queues in Redis need a Redis');
  const options = { connection: client, prefix } as const;
  // What an unanswered question asked for still comes about, so another is not put behind it.
  let unanswered = 0;

  async function runIds(): Promise<string> {
    const nodes = client instanceof Cluster ? client.nodes('master') : [client!];
    const ids = await Promise.all(nodes.map(async (node) => /^run_id:(\w+)/m.exec(await node.info('server'))?.[1] ?? ''));
    return ids.toSorted().join('+');
  }

  async function reach<T>(work: () => Promise<T>): Promise<T> {
    if (connection.status() !== 'connected') throw new QueueUnavailable('Redis is away');
    if (unanswered > 0) throw new QueueUnavailable('Redis has not answered yet');
    const asked = work();
    let answered = false;
    asked.catch(() => {}).finally(() => (answered = true));
    try {
      return await within(timeoutMs, asked);
    } catch (cause) {
      if (!answered) {
        unanswered += 1;
        asked.catch(() => {}).finally(() => (unanswered -= 1));
        throw new QueueUnavailable(`Redis did not answer within ${timeoutMs} ms`, { cause });
      }
      if (connection.status() !== 'connected') throw new QueueUnavailable('Redis went away', { cause });
      throw cause;
    }
  }

  return {
    kind: 'redis',
    openQueue: (name) => new Queue(name, options),
    openWorker: (name, process, workerOptions) => calm(new Worker(name, process, { ...workerOptions, ...options })),
    reach,
    lossMark: () =>
      reach(async () => {
        const fresh = randomUUID();
        // The key is gone with the data; the run ids tell of a restart from an older snapshot, and of a failover.
        const epoch = (await client.set(`${prefix}:epoch`, fresh, 'NX', 'GET')) ?? fresh;
        return `redis ${epoch} ${await runIds().catch(() => '')}`;
      }),
    onBack(listener) {
      connection.onChange((status) => status === 'connected' && listener());
      if (connection.status() === 'connected') listener();
    },
    close: async () => {},
  };
}
