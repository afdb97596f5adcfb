export type {
  AuthConfig, CacheConfig, Config, DatabaseConfig, HttpConfig, LogConfig, MailConfig, RateLimitConfig, RedisConfig,
  StorageConfig,
} from './config.ts';
export { describeConfig } from './describe.ts';
export { CONFIG_KEYS, type ConfigKeyName } from './keys.ts';
export { loadConfig, loadConfigFromProcess, type LoadOptions } from './load.ts';
