import type { Health } from '@watchparty/protocol';
import type { RedisConnection } from '@watchparty/redis-kit/redis';
import type { Database } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';

interface Deps {
  readonly database: Pick<Database, 'health'>;
  readonly redis: RedisConnection;
  readonly clock: Clock;
}

export type Operations = ReturnType<typeof createOperations>;

export function createOperations({ database, redis, clock }: Deps) {
  async function databaseHealth(): Promise<Health['database']> {
    try {
      return { status: 'healthy', latency: rounded((await database.health()).latencyMs) };
    } catch {
      return { status: 'unhealthy', latency: null };
    }
  }

  async function redisHealth(): Promise<Pick<Health, 'redis' | 'cache'>> {
    if (redis.kind === 'none') return { redis: { status: 'disabled', latency: null }, cache: NO_CACHE };
    try {
      const [latency, figures] = await Promise.all([redis.ping(), redis.figures()]);
      return {
        redis: { status: 'healthy', latency: rounded(latency) },
        cache: { totalKeys: figures.totalKeys, memoryUsage: megabytes(figures.memoryBytes) },
      };
    } catch {
      return { redis: { status: 'unhealthy', latency: null }, cache: NO_CACHE };
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
      const [ofDatabase, ofRedis] = await Promise.all([databaseHealth(), redisHealth()]);
      const whole = ofDatabase.status === 'healthy' && ofRedis.redis.status !== 'unhealthy';
      return { status: whole ? 'healthy' : 'degraded', ...ofRedis, database: ofDatabase };
    },
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)}MB`;
const NO_CACHE = { totalKeys: 0, memoryUsage: megabytes(0) };
const rounded = (ms: number): number => Math.round(ms * 100) / 100;
