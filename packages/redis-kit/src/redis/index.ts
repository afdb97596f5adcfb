export {
  openRedis, type RedisClient, type RedisConnection, type RedisFigures, type RedisProfile, type RedisSettings,
} from './redis.ts';
export { createTimeLimit } from './time-limit.ts';
export { createTurn, type Turn } from './turn.ts';
export { within } from './within.ts';
