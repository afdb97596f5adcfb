/** The rate limiters that are compared, each set up as its own documentation says. */
import { createRateLimiter, createRedisRateLimitDriver, createScriptSender } from '@watchparty/redis-kit/rate-limit';
import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { connect } from '../harness/connect.ts';

/** Whether the subject may. */
export type Limiter = (subject: string) => Promise<boolean>;

interface Rule {
  readonly max: number;
  readonly windowSeconds: number;
}

export async function createLimiter(name: string, redisUrl: string, { max, windowSeconds }: Rule): Promise<Limiter> {
  return name === 'watchparty' ? ours(redisUrl, max, windowSeconds) : flexible(redisUrl, max, windowSeconds);
}

async function ours(redisUrl: string, max: number, windowSeconds: number): Promise<Limiter> {
  const redis = await connect(redisUrl);
  const limiter = createRateLimiter(
    { prefix: 'bench', max, windowMs: windowSeconds * 1000 },
    {
      driver: createRedisRateLimitDriver({
        sender: createScriptSender(redis), clock: { now: Date.now }, timeoutMs: 5000,
        log: { info: () => {}, warn: () => {} },
      }),
    },
  );
  return async (subject) => {
    const { allowed, source } = await limiter.check(subject);
    if (source !== 'redis') throw new Error('Decided without Redis');
    return allowed;
  };
}

async function flexible(redisUrl: string, points: number, duration: number): Promise<Limiter> {
  const limiter = new RateLimiterRedis({ storeClient: new Redis(redisUrl), keyPrefix: 'flexible', points, duration });
  return async (subject) => {
    try {
      await limiter.consume(subject);
      return true;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return false;
      throw refusal;
    }
  };
}
