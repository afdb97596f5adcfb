import type { Health } from '@watchparty/protocol';
import type { RedisConnection } from '@watchparty/redis-kit/redis';
import type { Database } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { CacheAdmin } from './cache-admin.ts';
import type { Figures } from './figures.ts';
import { megabytes } from './megabytes.ts';
import type { Scrape } from './metrics.ts';

interface Deps {
  readonly database: Pick<Database, 'health'>;
  readonly redis: RedisConnection;
  readonly cache: CacheAdmin;
  readonly metrics: () => Promise<Scrape>;
  readonly figures: Pick<Figures, 'read'>;
  readonly clock: Clock;
}

export type Operations = ReturnType<typeof createOperations>;

export function createOperations({ database, redis, cache, metrics, figures, clock }: Deps) {
  async function databaseHealth(): Promise<Health['database']> {
    try {
      return { status: 'healthy', latency: rounded((await database.health()).latencyMs) };
    } catch {
      return { status: 'unhealthy', latency: null };
    }
  }

  async function redisHealth(): Promise<Health['redis']> {
    if (redis.kind === 'none') return { status: 'disabled', latency: null };
    try {
      return { status: 'healthy', latency: rounded(await redis.ping()) };
    } catch {
      return { status: 'unhealthy', latency: null };
    }
  }

  async function cacheHealth(): Promise<Health['cache']> {
    try {
      const { totalKeys, memoryBytes } = await cache.figures();
      return { totalKeys, memoryUsage: megabytes(memoryBytes) };
    } catch {
      return { totalKeys: 0, memoryUsage: megabytes(0) };
    }
  }

  return {
    apiHealth: () => ({
      success: true as const,
      message: 'WatchParty API is running' as const,
      redis: redis.status(),
      timestamp: new Date(clock.now()).toISOString(),
    }),

    /** Degraded while something is away that the server can do without for a time. */
    async health(): Promise<Health> {
      const [ofDatabase, ofRedis, ofCache] = await Promise.all([databaseHealth(), redisHealth(), cacheHealth()]);
      const whole = ofDatabase.status === 'healthy' && ofRedis.status !== 'unhealthy';
      return { status: whole ? 'healthy' : 'degraded', redis: ofRedis, cache: ofCache, database: ofDatabase };
    },

    ready: async (): Promise<boolean> => (await databaseHealth()).status === 'healthy',
    cache,
    metrics,
    figures,
  };
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100;
