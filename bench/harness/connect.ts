import { openRedis, type RedisConnection } from '@watchparty/redis-kit/redis';

/** A measurement shall not end in a time limit. */
const TIMEOUT_MS = 5000;

/** Opens a connection as the server does, to a Redis that answers. */
export async function connect(redisUrl: string): Promise<RedisConnection> {
  const { hostname, port } = new URL(redisUrl);
  const redis = openRedis({
    kind: 'standalone', host: hostname, port: Number(port), db: 0, tls: false, timeoutMs: TIMEOUT_MS,
  });
  await new Promise<void>((resolve) => redis.onChange((status) => status === 'connected' && resolve()));
  return redis;
}
