import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** Which Redis, or that there is none: the embedded default. */
export type RedisSettings =
  | { readonly kind: 'none' }
  | {
    readonly kind: 'standalone';
    readonly host: string;
    readonly port: number;
    readonly username?: string | undefined;
    readonly password?: string | undefined;
    readonly db: number;
    readonly tls: boolean;
    readonly timeoutMs: number;
  }
  | {
    readonly kind: 'cluster';
    readonly nodes: readonly { readonly host: string; readonly port: number }[];
    readonly password?: string | undefined;
    readonly timeoutMs: number;
  };

export interface RedisFigures {
  readonly totalKeys: number;
  readonly memoryBytes: number;
}

/** A connection for requests: it never queues commands for a Redis that is away, it fails at once. */
export interface RedisConnection {
  readonly kind: RedisSettings['kind'];
  /** As last known, without asking. */
  status(): 'connected' | 'disconnected' | 'disabled';
  /** One round trip, in milliseconds; rejects when there is none within the time limit. */
  ping(): Promise<number>;
  /** Keys and memory over all masters; zeroes where there is no Redis. */
  figures(): Promise<RedisFigures>;
  close(): Promise<void>;
}

interface Events {
  /** Called when the connection comes and goes, not at each failed attempt to get it back. */
  readonly onChange?: (status: 'connected' | 'disconnected', error?: Error) => void;
}

/** Opens a connection that keeps trying with a growing pause (50 ms to 2 s); an unreachable Redis is no error here. */
export function openRedis(settings: RedisSettings, events: Events = {}): RedisConnection {
  if (settings.kind === 'none') return noRedis;
  const client = settings.kind === 'cluster' ? openCluster(settings) : openStandalone(settings);
  let connected = false;
  let lastError: Error | undefined;
  const change = (now: boolean): void => {
    if (now === connected) return;
    connected = now;
    events.onChange?.(now ? 'connected' : 'disconnected', now ? undefined : lastError);
  };
  client.on('ready', () => change(true));
  client.on('close', () => change(false));
  client.on('end', () => change(false));
  // Without a listener each failed attempt would end the process.
  client.on('error', (error: Error) => {
    lastError = error;
  });

  const masters = (): readonly Redis[] => (client instanceof Cluster ? client.nodes('master') : [client]);

  return {
    kind: settings.kind,
    status: () => (connected ? 'connected' : 'disconnected'),
    async ping() {
      const startedAt = performance.now();
      await client.ping();
      return performance.now() - startedAt;
    },
    async figures() {
      const parts = await Promise.all(
        masters().map(async (node) => ({ keys: await node.dbsize(), memory: usedMemory(await node.info('memory')) })),
      );
      return {
        totalKeys: parts.reduce((sum, part) => sum + part.keys, 0),
        memoryBytes: parts.reduce((sum, part) => sum + part.memory, 0),
      };
    },
    async close() {
      client.disconnect();
    },
  };
}

const noRedis: RedisConnection = Object.freeze({
  kind: 'none',
  status: () => 'disabled',
  ping: async () => 0,
  figures: async () => ({ totalKeys: 0, memoryBytes: 0 }),
  close: async () => {},
});

const retry = (times: number): number => Math.min(2000, 50 * 2 ** Math.min(times, 6));

/** A request waits for Redis no longer than its budget, and not at all while it is known to be away. */
const failFast = (timeoutMs: number) => ({
  commandTimeout: timeoutMs,
  connectTimeout: 2000,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  retryStrategy: retry,
}) satisfies RedisOptions;

function openStandalone(settings: Extract<RedisSettings, { kind: 'standalone' }>): Redis {
  const { host, port, username, password, db, tls, timeoutMs } = settings;
  return new Redis({
    ...failFast(timeoutMs),
    host, port, db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  });
}

function openCluster(settings: Extract<RedisSettings, { kind: 'cluster' }>): Cluster {
  const { nodes, password, timeoutMs } = settings;
  return new Cluster(nodes.map(({ host, port }) => ({ host, port })), {
    redisOptions: { commandTimeout: timeoutMs, connectTimeout: 2000, maxRetriesPerRequest: 0, ...(password !== undefined && { password }) },
    clusterRetryStrategy: retry,
    enableOfflineQueue: false,
  });
}

const usedMemory = (info: string): number => Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0);
