import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '../kernel/start-error.ts';
import type { CacheConfig, Config, HttpConfig, LogConfig, StorageConfig } from './config.ts';
import { readEnvironment, type EnvironmentOptions, type ReadFile } from './environment.ts';
import type { ConfigValues } from './keys.ts';
import { mailConfig } from './mail.ts';
import { cacheRedisConfig, redisConfig } from './redis.ts';
import { brokenRules, doubts } from './rules.ts';
import { keepSecret } from './secret-file.ts';
import { readValues } from './values.ts';

export interface LoadOptions extends Pick<EnvironmentOptions, 'env' | 'cwd'> {
  /** Reads `.env` and the files of `…_FILE`; the file system's own unless given. */
  readonly readFile?: ReadFile;
  /** Gives the secret kept at a path, made if it is missing; called only outside production without `JWT_SECRET`. */
  readonly keepSecret?: (path: string) => string;
}

function httpConfig(values: ConfigValues): HttpConfig {
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL,
    corsOrigins: values.CORS_ORIGINS ?? [],
    trustProxy: values.TRUST_PROXY,
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
  };
}

function cacheConfig(values: ConfigValues): CacheConfig {
  return {
    redis: cacheRedisConfig(values),
    ttlSeconds: {
      rooms: values.CACHE_TTL_ROOMS_SECONDS,
      room: values.CACHE_TTL_ROOM_SECONDS,
      movies: values.CACHE_TTL_MOVIES_SECONDS,
      movie: values.CACHE_TTL_MOVIE_SECONDS,
      chat: values.CACHE_TTL_CHAT_SECONDS,
      profile: values.CACHE_TTL_PROFILE_SECONDS,
      publicProfile: values.CACHE_TTL_PUBLIC_PROFILE_SECONDS,
      event: values.CACHE_TTL_EVENT_SECONDS,
      userEvents: values.CACHE_TTL_USER_EVENTS_SECONDS,
      nearbyEvents: values.CACHE_TTL_NEARBY_EVENTS_SECONDS,
      trendingEvents: values.CACHE_TTL_TRENDING_EVENTS_SECONDS,
      userSearch: values.CACHE_TTL_USER_SEARCH_SECONDS,
      userAnalytics: values.CACHE_TTL_USER_ANALYTICS_SECONDS,
      friends: values.CACHE_TTL_FRIENDS_SECONDS,
      friendRequests: values.CACHE_TTL_FRIEND_REQUESTS_SECONDS,
      mutualFriends: values.CACHE_TTL_MUTUAL_FRIENDS_SECONDS,
      notices: values.CACHE_TTL_NOTICES_SECONDS,
      messages: values.MESSAGE_CACHE_TTL_SECONDS,
      session: values.CACHE_TTL_SESSION_SECONDS,
    },
  };
}

function logConfig(values: ConfigValues, cwd: string): LogConfig {
  const files = values.LOG_DIR;
  return {
    level: values.LOG_LEVEL,
    files: files.kind === 'off' ? files : { kind: 'folder', folder: resolve(cwd, files.folder) },
  };
}

function storageConfig(values: ConfigValues, cwd: string): StorageConfig {
  const storage = values.STORAGE_URL;
  const uploadMaxBytes = values.UPLOAD_MAX_BYTES;
  if (storage.kind === 'folder') return { kind: 'folder', folder: resolve(cwd, storage.folder), uploadMaxBytes };
  return {
    ...storage, uploadMaxBytes, endpoint: values.S3_ENDPOINT, region: values.S3_REGION,
    accessKeyId: values.S3_ACCESS_KEY_ID ?? '', secretAccessKey: values.S3_SECRET_ACCESS_KEY ?? '',
  };
}

/**
 * Reads every setting from `env`, `.env` in `cwd` and the files of `…_FILE`, and checks them all.
 * Throws nothing but a StartError, whose message has one line for each thing to mend.
 * Outside production it makes `DATA_DIR/jwt-secret` when no `JWT_SECRET` is set and everything else is right.
 */
export function loadConfig(options: LoadOptions): Config {
  const { env, cwd, readFile = (path) => readFileSync(path, 'utf8') } = options;
  const environment = readEnvironment({ env, cwd, readFile });
  const { values, errors } = readValues(environment.texts);
  const input = { values, given: (name: keyof ConfigValues) => environment.given.has(name) };
  const lines = [...environment.errors, ...errors, ...brokenRules(input)];
  if (lines.length > 0) throw new StartError(lines.join('\n'));

  const dataDir = resolve(cwd, values.DATA_DIR);
  const database = { poolSize: values.DATABASE_POOL_SIZE, statementTimeoutMs: values.DATABASE_STATEMENT_TIMEOUT_MS };
  return deepFreeze<Config>({
    production: values.NODE_ENV === 'production',
    environment: values.NODE_ENV,
    role: values.ROLE,
    dataDir,
    http: httpConfig(values),
    database: values.DATABASE_URL
      ? { kind: 'url', url: values.DATABASE_URL, ...database }
      : { kind: 'embedded', ...database },
    redis: redisConfig(values),
    cache: cacheConfig(values),
    auth: {
      jwtSecret: values.JWT_SECRET ?? (options.keepSecret ?? keepSecret)(join(dataDir, 'jwt-secret')),
      previousJwtSecrets: values.JWT_SECRET_PREVIOUS ?? [],
      registration: values.REGISTRATION,
      adminEmail: values.ADMIN_EMAIL,
      auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    },
    mail: mailConfig(values, dataDir),
    log: logConfig(values, cwd),
    messages: {
      cacheTtlSeconds: values.MESSAGE_CACHE_TTL_SECONDS,
      persistIntervalMs: values.MESSAGE_PERSIST_INTERVAL_MS,
    },
    rateLimit: {
      windowMs: values.RATE_LIMIT_WINDOW_MS,
      anonymousMax: values.RATE_LIMIT_ANONYMOUS_MAX,
      userMax: values.RATE_LIMIT_USER_MAX,
      authMax: values.RATE_LIMIT_AUTH_MAX,
      liveMaxPerMinute: values.RATE_LIMIT_LIVE_MAX,
    },
    live: {
      connectionsPerUserMax: values.LIVE_CONNECTIONS_USER_MAX,
      connectionsPerAddressMax: values.LIVE_CONNECTIONS_ADDRESS_MAX,
    },
    storage: storageConfig(values, cwd),
    schedules: { enabled: values.SCHEDULES_ENABLED, timeZone: values.SCHEDULE_TIME_ZONE },
    warnings: [...environment.warnings, ...doubts(input)],
  });
}

/** `loadConfig` for the running process: the only reader of `process.env`. */
export const loadConfigFromProcess = (): Config => loadConfig({ env: process.env, cwd: process.cwd() });

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
