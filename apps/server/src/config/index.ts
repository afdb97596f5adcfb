export type {
  AuthConfig, CacheConfig, Config, DatabaseConfig, HttpConfig, LogConfig, MailConfig, RateLimitConfig, RedisConfig,
  StorageConfig,
} from './config.ts';
export { CONFIG_KEYS, type ConfigKeyName } from './keys.ts';
