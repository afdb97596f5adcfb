import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { endSilence } from './silence.ts';
import { createTimeLimit, type TimeLimit } from './time-limit.ts';
import { createTurn, type Turn } from './turn.ts';
import { within } from './within.ts';

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
    readonly tls?: boolean;
    readonly timeoutMs: number;
  };

export interface RedisFigures {
  readonly totalKeys: number;
  readonly memoryBytes: number;
}

/**
 * How a connection behaves while its Redis is away: `request` fails each command at once or after its time limit;
 * `worker` lets commands wait as long as it takes; `subscriber` too, and takes its subscriptions up again.
 */
export type RedisProfile = 'request' | 'worker' | 'subscriber';

export type RedisClient = Redis | Cluster;

/** A connection, or its absence. */
export interface RedisConnection {
  readonly kind: RedisSettings['kind'];
  /** For this kit's drivers; undefined where there is no Redis. */
  readonly client: RedisClient | undefined;
  /** How long a request may wait for an answer. */
  readonly timeoutMs: number;
  /** Lets a request wait no longer. */
  readonly inTime: TimeLimit;
  /** What this connection's requests of one turn share. */
  readonly turn: Turn;
  /** As last known, without asking. */
  status(): 'connected' | 'disconnected' | 'disabled';
  /** One round trip, in milliseconds; rejects when there is none within the time limit. */
  ping(): Promise<number>;
  /** Keys and memory over all masters; zeroes where there is no Redis. */
  figures(): Promise<RedisFigures>;
  /** What each master does when its memory is full, such as `noeviction`; rejects where that may not be asked. */
  evictionPolicies(): Promise<readonly string[]>;
  /** Called when the connection comes and goes, not at each failed attempt to get it back. In a cluster: of any master. */
  onChange(listener: (status: 'connected' | 'disconnected', error?: Error) => void): void;
  close(): Promise<void>;
}

interface Options {
  readonly profile?: RedisProfile;
}

/** Opens a connection that keeps trying with a growing pause (50 ms to 2 s); an unreachable Redis is no error here. */
export function openRedis(settings: RedisSettings, { profile = 'request' }: Options = {}): RedisConnection {
  if (settings.kind === 'none') return noRedis;
  const client = settings.kind === 'cluster' ? openCluster(settings, profile) : openStandalone(settings, profile);
  const listeners: ((status: 'connected' | 'disconnected', error?: Error) => void)[] = [];
  let connected = false;
  let lastError: Error | undefined;
  const change = (now: boolean): void => {
    if (now === connected) return;
    connected = now;
    for (const listener of listeners) listener(now ? 'connected' : 'disconnected', now ? undefined : lastError);
  };
  client.on('ready', () => change(true));
  client.on('close', () => change(false));
  client.on('end', () => change(false));
  if (client instanceof Cluster) {
    // One master gone is a part of the keys gone: whoever trusts what lies there must hear of it.
    client.on('+node', (node: Redis) => node.on('close', () => change(false)).on('ready', () => change(client.status === 'ready')));
    client.on('-node', () => change(false));
  }
  const endWatches = profile === 'request' ? watchForSilence(client, Math.max(1000, settings.timeoutMs * 10)) : () => {};
  // Without a listener each failed attempt would end the process.
  client.on('error', (error: Error) => {
    lastError = error;
  });

  const masters = (): readonly Redis[] => (client instanceof Cluster ? client.nodes('master') : [client]);

  return {
    kind: settings.kind,
    client,
    timeoutMs: settings.timeoutMs,
    inTime: createTimeLimit(settings.timeoutMs),
    turn: createTurn(() => (client instanceof Redis && client.status === 'ready' ? client.stream : undefined)),
    onChange: (listener) => void listeners.push(listener),
    status: () => (connected ? 'connected' : 'disconnected'),
    async ping() {
      const startedAt = performance.now();
      await within(settings.timeoutMs, client.ping());
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
    evictionPolicies: () =>
      Promise.all(masters().map(async (node) => (await node.config('GET', 'maxmemory-policy'))[1] ?? 'unknown')),
    async close() {
      endWatches();
      client.disconnect();
    },
  };
}

/** On each of the client's connections; answers how to end it. */
function watchForSilence(client: RedisClient, silentMs: number): () => void {
  if (client instanceof Redis) return endSilence(client, silentMs);
  const watches = new Map<Redis, () => void>();
  client.on('+node', (node: Redis) => watches.set(node, endSilence(node, silentMs)));
  client.on('-node', (node: Redis) => {
    watches.get(node)?.();
    watches.delete(node);
  });
  return () => watches.forEach((end) => end());
}

const noRedis: RedisConnection = Object.freeze({
  kind: 'none',
  client: undefined,
  timeoutMs: 0,
  inTime: createTimeLimit(0),
  turn: createTurn(),
  onChange: () => {},
  status: () => 'disabled',
  ping: async () => 0,
  figures: async () => ({ totalKeys: 0, memoryBytes: 0 }),
  evictionPolicies: async () => [],
  close: async () => {},
});

const retry = (times: number): number => Math.min(2000, 50 * 2 ** Math.min(times, 6));

/**
 * A request does not wait at all for a Redis that is known to be away. For one that is silent it waits `timeoutMs`, which
 * the kit's drivers watch over themselves (`inTime`); the connection is given up later (`endSilence`), so that a late answer
 * is still heard by who must know what became of it.
 */
const failFast = {
  connectTimeout: 2000,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
} satisfies RedisOptions;

/** Queues and subscriptions: what was asked for is done when Redis is back. */
const patient = { connectTimeout: 5000, maxRetriesPerRequest: null, enableOfflineQueue: true } satisfies RedisOptions;

const optionsFor = (profile: RedisProfile) => (profile === 'request' ? failFast : patient);

function openStandalone(settings: Extract<RedisSettings, { kind: 'standalone' }>, profile: RedisProfile): Redis {
  const { host, port, username, password, db, tls } = settings;
  return new Redis({
    ...optionsFor(profile),
    retryStrategy: retry,
    host, port, db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  });
}

function openCluster(settings: Extract<RedisSettings, { kind: 'cluster' }>, profile: RedisProfile): Cluster {
  const { nodes, password, tls = false } = settings;
  const { enableOfflineQueue, ...options } = optionsFor(profile);
  return new Cluster(nodes.map(({ host, port }) => ({ host, port })), {
    redisOptions: { ...options, ...(password !== undefined && { password }), ...(tls && { tls: {} }) },
    // Certificates name hosts, not the addresses behind them.
    ...(tls && { dnsLookup: (name, found) => found(null, name) }),
    clusterRetryStrategy: retry,
    enableOfflineQueue,
    // Loads and versions are read where they are written: a replica may lag behind.
    scaleReads: 'master',
  });
}

const usedMemory = (info: string): number => Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0);
