import type { RedisConfig } from './config.ts';
import type { ConfigValues } from './keys.ts';

/** The main Redis. Which of the ways was given is settled by the rules: at most one. */
export function redisConfig(values: ConfigValues): RedisConfig {
  const timeoutMs = values.REDIS_TIMEOUT_MS;
  const password = values.REDIS_PASSWORD;
  if (values.REDIS_URL) return { kind: 'standalone', timeoutMs, ...values.REDIS_URL };
  if (values.REDIS_CLUSTER_NODES) return { kind: 'cluster', ...values.REDIS_CLUSTER_NODES, password, timeoutMs };
  if (!values.REDIS_HOST) return { kind: 'none' };
  return {
    kind: 'standalone',
    timeoutMs,
    host: values.REDIS_HOST,
    port: values.REDIS_PORT,
    username: undefined,
    password,
    db: values.REDIS_DB,
    tls: false,
  };
}

export function cacheRedisConfig(values: ConfigValues): RedisConfig {
  if (!values.CACHE_REDIS_URL) return redisConfig(values);
  return { kind: 'standalone', timeoutMs: values.REDIS_TIMEOUT_MS, ...values.CACHE_REDIS_URL };
}
