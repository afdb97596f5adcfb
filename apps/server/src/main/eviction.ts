import type { RedisConnection } from '@watchparty/redis-kit/redis';
import type { Log } from '../kernel/log.ts';

/** Says, once per finding, when the Redis that holds queues, sessions and limits may throw some of them away. */
export function warnOfEviction(redis: RedisConnection, log: Log): void {
  let known = 'noeviction';

  async function look(): Promise<void> {
    let found: string;
    try {
      found = (await redis.evictionPolicies()).find((policy) => policy !== 'noeviction') ?? 'noeviction';
    } catch (error) {
      log.debug({ err: error }, 'Cannot see what Redis does when its memory is full (CONFIG GET maxmemory-policy)');
      return;
    }
    if (found === known) return;
    known = found;
    if (found === 'noeviction') return;
    log.warn(
      `Danger: the maxmemory-policy of Redis is ${found}, so when its memory is full it may throw away queues and streams. ` +
        'Set it to noeviction, and give the cache a Redis of its own with CACHE_REDIS_URL (docs/REDIS_SETUP.md)',
    );
  }

  redis.onChange((status) => {
    if (status === 'connected') void look();
  });
}
