import {
  databaseUrl, host, origin, origins, redisNodes, redisUrl, s3Endpoint, s3Region, storageUrl, trustProxy,
} from './addresses.ts';
import { CACHE_TTL_KEYS } from './cache-keys.ts';
import { key, type ConfigKey } from './key.ts';
import { boolean, bytes, choice, email, folder, folderOrOff, integer, mailbox, secrets, text, timeZone } from './parser.ts';

const DAY_MS = 86_400_000;
const MANY = 1_000_000;

/**
 * Every setting there is, by the name of its variable, in the order in which it is documented.
 * `.env.example` and `docs/CONFIGURATION.md` are written from here (`node apps/server/src/config/document.ts`).
 */
export const CONFIG_KEYS = {
  NODE_ENV: key(choice('development', 'production', 'test'), {
    group: 'Server',
    description: 'production turns on the stricter defaults and checks.',
    default: 'development',
  }),
  ROLE: key(choice('all', 'web', 'worker'), {
    group: 'Server',
    description: 'What this process does: answer requests (web), run jobs and schedules (worker), or both (all).',
    default: 'all',
  }),
  PORT: key(integer(0, 65_535), {
    group: 'Server',
    description: 'The TCP port to listen on; 0 lets the system choose one.',
    default: '5000',
  }),
  HOST: key(host, {
    group: 'Server',
    description: 'The address to listen on; 0.0.0.0 is every address of the machine.',
    default: '127.0.0.1',
    productionDefault: '0.0.0.0',
  }),
  PUBLIC_URL: key(origin, {
    group: 'Server',
    description: 'Where people reach this server; links in mails begin with it.',
    default: 'http://localhost:${PORT}',
  }),
  CORS_ORIGINS: key(origins, {
    group: 'Server',
    description: 'Other sites whose pages may call the API; * is refused in production.',
    unset: 'the same origin only',
  }),
  TRUST_PROXY: key(trustProxy, {
    group: 'Server',
    description: 'Whose X-Forwarded-For is believed; behind one reverse proxy give 1 or its address.',
    default: 'false',
  }),
  REQUEST_TIMEOUT_MS: key(integer(100, DAY_MS), {
    group: 'Server',
    description: 'How long a request may take to arrive; film uploads are exempt.',
    default: '30000',
  }),
  DATA_DIR: key(folder, {
    group: 'Server',
    description: 'Where everything is kept that this server makes: its own database, files, logs.',
    default: './data',
  }),

  DATABASE_URL: key(databaseUrl, {
    group: 'Database',
    description: 'Your own PostgreSQL, 15 or newer.',
    unset: 'PostgreSQL is started in DATA_DIR/postgres',
    secret: true,
  }),
  DATABASE_POOL_SIZE: key(integer(1, 1000), {
    group: 'Database',
    description: 'How many connections this process holds at most.',
    default: '10',
  }),
  DATABASE_STATEMENT_TIMEOUT_MS: key(integer(100, DAY_MS), {
    group: 'Database',
    description: 'A statement that runs longer is cancelled.',
    default: '10000',
  }),

  REDIS_URL: key(redisUrl, {
    group: 'Redis',
    description: 'Redis or Valkey, 7.0 or newer, as one address.',
    unset: 'REDIS_HOST, REDIS_CLUSTER_NODES, or no Redis',
    secret: true,
  }),
  REDIS_HOST: key(host, {
    group: 'Redis',
    description: 'The same in parts, instead of REDIS_URL: the host.',
    unset: 'see REDIS_URL',
  }),
  REDIS_PORT: key(integer(1, 65_535), { group: 'Redis', description: 'The port of REDIS_HOST.', default: '6379' }),
  REDIS_PASSWORD: key(text, {
    group: 'Redis',
    description: 'The password of REDIS_HOST or of the cluster.',
    unset: 'none',
    secret: true,
  }),
  REDIS_DB: key(integer(0, 9999), { group: 'Redis', description: 'The database of REDIS_HOST.', default: '0' }),
  REDIS_CLUSTER_NODES: key(redisNodes, {
    group: 'Redis',
    description: 'A Redis Cluster instead: some of its nodes, the others are found.',
    unset: 'no cluster',
  }),
  CACHE_REDIS_URL: key(redisUrl, {
    group: 'Redis',
    description: 'A Redis for the cache alone, which may evict; the other must not (maxmemory-policy noeviction).',
    unset: 'the same Redis',
    secret: true,
  }),
  REDIS_TIMEOUT_MS: key(integer(1, 60_000), {
    group: 'Redis',
    description: 'How long a request waits for Redis before it does without.',
    default: '50',
  }),

  ...CACHE_TTL_KEYS,

  JWT_SECRET: key(text, {
    group: 'Accounts',
    description: 'Signs access tokens; in production required, with 32 bytes or more (openssl rand -base64 48).',
    unset: 'made once and kept in DATA_DIR/jwt-secret; in production the start is refused',
    secret: true,
  }),
  JWT_SECRET_PREVIOUS: key(secrets, {
    group: 'Accounts',
    description: 'Earlier JWT_SECRETs, separated by commas: what they have signed holds until it expires (15 minutes).',
    unset: 'none',
    secret: true,
  }),
  REGISTRATION: key(choice('open', 'invite', 'closed'), {
    group: 'Accounts',
    description: 'Who may register: anyone, people with an invitation, or nobody.',
    default: 'open',
  }),
  AUDIT_RETENTION_DAYS: key(integer(1, 3650), {
    group: 'Accounts',
    description: 'How long the audit log of sign-ins and changes to accounts is kept.',
    default: '180',
  }),
  ADMIN_EMAIL: key(email, {
    group: 'Accounts',
    description: 'Whoever registers with this address becomes admin.',
    unset: 'in production the one-time link in the log, else the first to register',
  }),

  SMTP_HOST: key(host, { group: 'Mail', description: 'The mail server that takes our mails.', unset: 'Gmail with EMAIL_USER, or files' }),
  SMTP_PORT: key(integer(1, 65_535), { group: 'Mail', description: 'The port of SMTP_HOST.', default: '587' }),
  SMTP_SECURE: key(boolean, {
    group: 'Mail',
    description: 'TLS from the first byte; false upgrades with STARTTLS where offered, and must where a password is sent.',
    unset: 'true when SMTP_PORT is 465, else false',
  }),
  SMTP_USER: key(text, { group: 'Mail', description: 'The user at SMTP_HOST.', unset: 'no sign-in' }),
  SMTP_PASSWORD: key(text, {
    group: 'Mail',
    description: 'The password of SMTP_USER.',
    unset: 'no sign-in',
    secret: true,
  }),
  EMAIL_USER: key(email, {
    group: 'Mail',
    description: 'A Gmail account to send from, when there is no SMTP_HOST.',
    unset: 'mails are written to DATA_DIR/outbox',
  }),
  EMAIL_PASSWORD: key(text, {
    group: 'Mail',
    description: 'The app password of EMAIL_USER.',
    unset: 'see EMAIL_USER',
    secret: true,
  }),
  EMAIL_FROM: key(mailbox, {
    group: 'Mail',
    description: 'The sender that mails show.',
    unset: 'EMAIL_USER, or SMTP_USER if that is an address, or no-reply at the host of PUBLIC_URL',
  }),

  LOG_LEVEL: key(choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), {
    group: 'Logs',
    description: 'The least level that is logged.',
    default: 'debug',
    productionDefault: 'info',
  }),
  LOG_DIR: key(folderOrOff, {
    group: 'Logs',
    description: 'Where combined.log and error.log are written; off writes no files.',
    default: '${DATA_DIR}/logs',
  }),

  MESSAGE_CACHE_TTL_SECONDS: key(integer(1, 3600), {
    group: 'Messages',
    description: 'How long a direct message and its conversation stay in the hot cache.',
    default: '5',
  }),
  MESSAGE_PERSIST_INTERVAL_MS: key(integer(10, 3_600_000), {
    group: 'Messages',
    description: 'How often the persistence worker looks for messages that are not in the database yet.',
    default: '1000',
  }),

  RATE_LIMIT_WINDOW_MS: key(integer(1000, DAY_MS), {
    group: 'Rate limits',
    description: 'The sliding window that the next three count in.',
    default: '900000',
  }),
  RATE_LIMIT_ANONYMOUS_MAX: key(integer(0, MANY), {
    group: 'Rate limits',
    description: 'Requests per window and address without a token; 0 turns this limit off.',
    default: '100',
  }),
  RATE_LIMIT_USER_MAX: key(integer(0, MANY), {
    group: 'Rate limits',
    description: 'Requests per window and signed-in user; 0 turns this limit off.',
    default: '1000',
  }),
  RATE_LIMIT_AUTH_MAX: key(integer(0, MANY), {
    group: 'Rate limits',
    description: 'Attempts per window and address to sign in, register or reset a password, and per account to prove who one is; 0 turns these limits off.',
    default: '10',
  }),
  RATE_LIMIT_LIVE_MAX: key(integer(0, MANY), {
    group: 'Rate limits',
    description: 'Live commands per minute and user; 0 turns this limit off.',
    default: '600',
  }),
  LIVE_CONNECTIONS_USER_MAX: key(integer(0, MANY), {
    group: 'Rate limits',
    description: 'Live connections that a user may have open on one node, a tab or device each; 0 turns this limit off.',
    default: '20',
  }),
  LIVE_CONNECTIONS_ADDRESS_MAX: key(integer(0, MANY), {
    group: 'Rate limits',
    description: 'Live connections that may be open from one address on one node; 0 turns this limit off.',
    default: '500',
  }),

  STORAGE_URL: key(storageUrl, {
    group: 'Files',
    description: 'Where films and pictures are kept: a folder, or s3://bucket/prefix. Several nodes need the latter, or a shared folder.',
    default: '${DATA_DIR}/uploads',
  }),
  S3_ENDPOINT: key(s3Endpoint, {
    group: 'Files',
    description: 'The S3-compatible server of STORAGE_URL=s3://…; by default Amazon’s.',
    default: 'https://s3.${S3_REGION}.amazonaws.com',
  }),
  S3_REGION: key(s3Region, { group: 'Files', description: 'The region of the bucket.', default: 'us-east-1' }),
  S3_ACCESS_KEY_ID: key(text, { group: 'Files', description: 'The key for the bucket.', unset: 'none' }),
  S3_SECRET_ACCESS_KEY: key(text, {
    group: 'Files', description: 'The secret that belongs to the key.', unset: 'none', secret: true,
  }),
  UPLOAD_MAX_BYTES: key(bytes, { group: 'Files', description: 'The largest film file.', default: '16GiB' }),

  SCHEDULES_ENABLED: key(boolean, {
    group: 'Schedules',
    description: 'Whether the clean-up jobs run by themselves.',
    default: 'true',
  }),
  SCHEDULE_TIME_ZONE: key(timeZone, {
    group: 'Schedules',
    description: 'The time zone of the schedules (rooms at 3:00, messages on Sunday at 4:00).',
    default: 'UTC',
  }),
} as const satisfies Record<string, ConfigKey<unknown>>;

export type ConfigKeyName = keyof typeof CONFIG_KEYS;

/** The parsed value of every key. */
export type ConfigValues = {
  readonly [K in ConfigKeyName]: (typeof CONFIG_KEYS)[K] extends ConfigKey<infer T> ? T : never;
};

export const CONFIG_KEY_NAMES = Object.keys(CONFIG_KEYS) as ConfigKeyName[];

/** The key's details without the type of its value, for code that treats all keys alike. */
export const keyOf = (name: ConfigKeyName): ConfigKey<unknown> => CONFIG_KEYS[name];
