import type { RedisAddress, RedisNode } from './addresses.ts';
import type { ConfigValues } from './keys.ts';

/** Everything that can be set, by subject. Deeply frozen; folders are absolute. */
export interface Config {
  readonly production: boolean;
  readonly environment: ConfigValues['NODE_ENV'];
  readonly role: ConfigValues['ROLE'];
  readonly dataDir: string;
  readonly http: HttpConfig;
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
  readonly cache: CacheConfig;
  readonly auth: AuthConfig;
  readonly mail: MailConfig;
  readonly log: LogConfig;
  readonly messages: { readonly cacheTtlSeconds: number; readonly persistIntervalMs: number };
  readonly rateLimit: RateLimitConfig;
  readonly live: LiveConfig;
  readonly storage: StorageConfig;
  readonly schedules: { readonly enabled: boolean; readonly timeZone: string };
  /** What looks like a mistake but stops nothing: one line each, to be logged at start. */
  readonly warnings: readonly string[];
}

export interface HttpConfig {
  /** 0: the system chooses; `publicUrl` is then of no use unless it was given. */
  readonly port: number;
  readonly host: string;
  /** An origin, without a trailing slash. */
  readonly publicUrl: string;
  /** Empty: the same origin only. `'*'`: any, never in production. */
  readonly corsOrigins: readonly string[] | '*';
  /** As Fastify takes it. */
  readonly trustProxy: boolean | number | string;
  /** How long a request may take to arrive; does not hold for film uploads. */
  readonly requestTimeoutMs: number;
}

export type DatabaseConfig = { readonly poolSize: number; readonly statementTimeoutMs: number } & (
  | { readonly kind: 'embedded' }
  | { readonly kind: 'url'; readonly url: string }
);

export type RedisConfig =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'standalone'; readonly timeoutMs: number } & RedisAddress)
  | {
    readonly kind: 'cluster';
    readonly nodes: readonly RedisNode[];
    readonly tls: boolean;
    readonly password: string | undefined;
    readonly timeoutMs: number;
  };

export interface CacheConfig {
  /** The Redis of the cache: `Config.redis` unless `CACHE_REDIS_URL` names another. */
  readonly redis: RedisConfig;
  /** One per row of the cache's table. */
  readonly ttlSeconds: {
    readonly rooms: number;
    readonly room: number;
    readonly movies: number;
    readonly movie: number;
    readonly chat: number;
    readonly profile: number;
    readonly publicProfile: number;
    readonly event: number;
    readonly userEvents: number;
    readonly nearbyEvents: number;
    readonly trendingEvents: number;
    readonly userSearch: number;
    readonly userAnalytics: number;
    readonly friends: number;
    readonly friendRequests: number;
    readonly mutualFriends: number;
    readonly notices: number;
    /** The same as `messages.cacheTtlSeconds`. */
    readonly messages: number;
    readonly session: number;
  };
}

export interface AuthConfig {
  /** Its UTF-8 bytes are the key; in production 32 or more. */
  readonly jwtSecret: string;
  /** Sign nothing any more, but what they have signed holds. */
  readonly previousJwtSecrets: readonly string[];
  readonly registration: ConfigValues['REGISTRATION'];
  readonly adminEmail: string | undefined;
  readonly auditRetentionDays: number;
}

export type MailConfig = { readonly from: string } & (
  | { readonly kind: 'files'; readonly folder: string }
  | {
    readonly kind: 'smtp';
    readonly host: string;
    readonly port: number;
    /** TLS from the first byte; false: STARTTLS where offered. */
    readonly secure: boolean;
    readonly login: { readonly kind: 'none' } | {
      readonly kind: 'password';
      readonly user: string;
      readonly password: string;
    };
  }
);

export interface LogConfig {
  readonly level: ConfigValues['LOG_LEVEL'];
  readonly files: { readonly kind: 'off' } | { readonly kind: 'folder'; readonly folder: string };
}

export interface RateLimitConfig {
  readonly windowMs: number;
  readonly anonymousMax: number;
  readonly userMax: number;
  readonly authMax: number;
  /** Per minute, not per window; 0: no limit. */
  readonly liveMaxPerMinute: number;
}

/** Of one node; 0: no limit. */
export interface LiveConfig {
  readonly connectionsPerUserMax: number;
  readonly connectionsPerAddressMax: number;
}

export type StorageConfig = { readonly uploadMaxBytes: number } & (
  | { readonly kind: 'folder'; readonly folder: string }
  | {
    readonly kind: 's3';
    readonly bucket: string;
    /** Without slashes at its ends; empty: the whole bucket. */
    readonly prefix: string;
    /** Without a slash at its end. */
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  }
);
