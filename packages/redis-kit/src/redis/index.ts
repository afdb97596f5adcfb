export { openRedis, type RedisConnection, type RedisFigures, type RedisSettings } from './redis.ts';
