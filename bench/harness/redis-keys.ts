import { connect } from './connect.ts';

/** Takes what was counted away, so that no run meets the largest limit that can be configured. */
export async function forgetRateLimits(redisUrl: string): Promise<void> {
  const redis = await connect(redisUrl);
  const keys = await redis.client!.keys('ratelimit:*');
  if (keys.length > 0) await redis.client!.del(...keys);
  await redis.close();
}

export async function emptyRedis(redisUrl: string): Promise<void> {
  const redis = await connect(redisUrl);
  await redis.client!.flushall();
  await redis.close();
}
