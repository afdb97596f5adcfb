import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../kernel/start-error.ts';
import { describeConfig, loadConfig, type Config } from './index.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const load = (env: Record<string, string>, dotEnv?: string): Config => {
  if (dotEnv !== undefined) writeFileSync(join(cwd, '.env'), dotEnv);
  return loadConfig({ env, cwd, keepSecret: () => 'kept' });
};
const refusal = (env: Record<string, string>, dotEnv?: string): string[] => {
  try {
    load(env, dotEnv);
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as StartError).message.split('\n');
  }
  throw new Error('nothing was refused');
};

describe('defaults', () => {
  it('need no setting at all', () => {
    const config = load({});
    expect(config).toMatchObject({
      production: false,
      role: 'all',
      dataDir: join(cwd, 'data'),
      http: { port: 5000, host: '127.0.0.1', publicUrl: 'http://localhost:5000', corsOrigins: [], trustProxy: false },
      database: { kind: 'embedded', poolSize: 10, statementTimeoutMs: 10_000 },
      redis: { kind: 'none' },
      auth: { jwtSecret: 'kept', registration: 'open', auditRetentionDays: 180 },
      mail: { kind: 'files', from: 'no-reply@localhost', folder: join(cwd, 'data/outbox') },
      log: { level: 'debug', files: { kind: 'folder', folder: join(cwd, 'data/logs') } },
      messages: { cacheTtlSeconds: 5, persistIntervalMs: 1000 },
      rateLimit: { windowMs: 900_000, anonymousMax: 100, userMax: 1000, authMax: 10, liveMaxPerMinute: 600 },
      live: { connectionsPerUserMax: 20, connectionsPerAddressMax: 500 },
      storage: { kind: 'folder', folder: join(cwd, 'data/uploads'), uploadMaxBytes: 16 * 2 ** 30 },
      schedules: { enabled: true, timeZone: 'UTC' },
      warnings: [],
    });
    expect(config.cache.ttlSeconds).toMatchObject({ rooms: 300, chat: 60, profile: 600, session: 14 * 86_400 });
  });

  it('follow the settings that they are made of', () => {
    const config = load({ DATA_DIR: '/srv/films', PORT: '8080' });
    expect(config.log.files).toEqual({ kind: 'folder', folder: '/srv/films/logs' });
    expect(config.storage).toMatchObject({ folder: '/srv/films/uploads' });
    expect(config.http.publicUrl).toBe('http://localhost:8080');
  });

  it('find the bucket at Amazon unless told otherwise', () => {
    const keys = { S3_REGION: 'eu-central-1', S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };
    expect(load({ STORAGE_URL: 's3://party-films/all', ...keys }).storage).toEqual({
      kind: 's3', bucket: 'party-films', prefix: 'all', endpoint: 'https://s3.eu-central-1.amazonaws.com',
      region: 'eu-central-1', accessKeyId: 'id', secretAccessKey: 'secret', uploadMaxBytes: 16 * 2 ** 30,
    });
  });

  it('are stricter in production', () => {
    const config = load({ NODE_ENV: 'production', JWT_SECRET: SECRET });
    expect(config).toMatchObject({ production: true, http: { host: '0.0.0.0' }, log: { level: 'info' } });
    expect(config.warnings).toEqual(['PUBLIC_URL: it is not set, links in mails lead to http://localhost:5000']);
  });

  it('are frozen to the bottom', () => {
    const config = load({ CORS_ORIGINS: 'http://a.example', REDIS_CLUSTER_NODES: 'a:1' });
    const check = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(check);
    };
    check(config);
  });
});

describe('sources', () => {
  it('let the environment win over .env, and count blank as not set', () => {
    const dotEnv = '\uFEFFPORT=1000\nHOST=0.0.0.0\nROLE=web\nLOG_LEVEL=\n';
    expect(load({ PORT: '2000', HOST: '  ' }, dotEnv)).toMatchObject({
      role: 'web', http: { port: 2000, host: '0.0.0.0' }, log: { level: 'debug' },
    });
  });

  it('take secrets from files, without the last line break', () => {
    writeFileSync(join(cwd, 'jwt'), `${SECRET}\r\n`);
    expect(load({ JWT_SECRET_FILE: 'jwt' }).auth.jwtSecret).toBe(SECRET);
    expect(load({}, `JWT_SECRET_FILE=${join(cwd, 'jwt')}`).auth.jwtSecret).toBe(SECRET);
  });

  it('name the …_FILE that is missing, empty, a folder, or beside its setting, and say nothing more of it', () => {
    writeFileSync(join(cwd, 'empty'), '\n');
    const files = { JWT_SECRET_FILE: 'nowhere', SMTP_PASSWORD_FILE: 'empty', REDIS_URL_FILE: '.' };
    const both = { DATABASE_URL_FILE: 'x', DATABASE_URL: 'postgres://h/d' };
    expect(refusal({ NODE_ENV: 'production', SMTP_HOST: 'h', SMTP_USER: 'u', ...files, ...both })).toEqual([
      'DATABASE_URL_FILE: DATABASE_URL is set too; give one of the two',
      'REDIS_URL_FILE: the file "." cannot be read: it is a folder',
      'JWT_SECRET_FILE: the file "nowhere" cannot be read: there is no such file',
      'SMTP_PASSWORD_FILE: the file "empty" is empty',
    ]);
  });

  it('warn about names in .env that are nearly right', () => {
    const dotEnv = 'REDIS_PROT=1\nport=2\nJWT_SECRETS=x\nPORT_FILE=x\nVITE_TITLE=x\nPOSTGRES_PASSWORD=x\n';
    expect(load({ REDIS_PROT: '1' }, dotEnv).warnings).toEqual([
      '.env: JWT_SECRETS is not a setting; did you mean JWT_SECRET?',
      '.env: PORT_FILE is ignored, only secrets may come from a file; set PORT',
      '.env: REDIS_PROT is not a setting; did you mean REDIS_PORT?',
      '.env: port is not a setting; did you mean PORT?',
    ]);
  });
});

describe('refusals', () => {
  it('name every bad value in a line of its own, with what is accepted', () => {
    expect(refusal({ PORT: '70000', ROLE: 'boss', DATA_DIR: '~/x' }, 'REGISTRATION="loud\nlong"')).toEqual([
      'ROLE: "boss" is not accepted; give one of all, web, worker',
      'PORT: "70000" is not accepted; give a whole number from 0 to 65535',
      'DATA_DIR: "~/x" is not accepted; give the path of a folder (~ is not expanded)',
      String.raw`REGISTRATION: "loud\nlong" is not accepted; give one of open, invite, closed`,
    ]);
  });

  it('never show a secret', () => {
    const lines = refusal({
      DATABASE_URL: 'mysql://u:hunter2@h/d', REDIS_URL: 'hunter2', JWT_SECRET: 'hunter2\u0000',
      PUBLIC_URL: 'https://u:hunter2@h/', STORAGE_URL: 'ftp://hunter2@bucket',
    });
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toContain('hunter2');
  });

  it.each([
    [{ REDIS_URL: 'redis://h', REDIS_HOST: 'h' }, 'REDIS_URL, REDIS_HOST: these exclude one another; give one'],
    [{ REDIS_URL: 'redis://h', REDIS_DB: '1' },
      'REDIS_DB: REDIS_URL is set and holds this already; give one of the two'],
    [{ REDIS_PORT: '6379' }, 'REDIS_PORT: it needs REDIS_HOST, which is not set'],
    [{ REDIS_CLUSTER_NODES: 'h', REDIS_DB: '1' }, 'REDIS_DB: it has no meaning beside REDIS_CLUSTER_NODES; remove it'],
    [{ CACHE_REDIS_URL: 'redis://h' }, 'CACHE_REDIS_URL: it needs REDIS_URL (or REDIS_HOST), which is not set'],
    [{ EMAIL_USER: 'a@b.c' }, 'EMAIL_PASSWORD: it is missing; Gmail needs both EMAIL_USER and EMAIL_PASSWORD'],
    [{ SMTP_PORT: '25' }, 'SMTP_PORT: it needs SMTP_HOST, which is not set'],
    [{ SMTP_HOST: 'h', SMTP_USER: 'u' }, 'SMTP_USER: it needs SMTP_PASSWORD, which is not set'],
    [{ STORAGE_URL: 's3://bucket/films', S3_ACCESS_KEY_ID: 'k' }, 'S3_SECRET_ACCESS_KEY: it is not set; STORAGE_URL=s3://… needs it'],
    [{ S3_REGION: 'eu-west-1' }, 'S3_REGION: it has no meaning unless STORAGE_URL is s3://…; remove it'],
    [{ NODE_ENV: 'production' },
      'JWT_SECRET: it is not set; production needs 32 bytes or more (openssl rand -base64 48)'],
    [{ NODE_ENV: 'production', JWT_SECRET: SECRET.slice(1) },
      'JWT_SECRET: the given value is too short; production needs 32 bytes or more'],
    [{ NODE_ENV: 'production', JWT_SECRET: SECRET, CORS_ORIGINS: '*' },
      'CORS_ORIGINS: "*" is refused in production; list the origins'],
  ])('hold settings together: %j', (env, line) => {
    expect(refusal(env as unknown as Record<string, string>)).toEqual([line]);
  });
});

describe('Redis and mail', () => {
  it('read Redis as one address, in parts, or as a cluster', () => {
    const server = { kind: 'standalone', host: 'h', port: 6379, password: 'p@', db: 2, timeoutMs: 50 };
    expect(load({ REDIS_URL: 'rediss://u:p%40@h/2' }).redis).toEqual({ ...server, username: 'u', tls: true });
    const parts = { REDIS_HOST: 'h', REDIS_PASSWORD: 'p@', REDIS_DB: '2' };
    expect(load(parts).redis).toEqual({ ...server, username: undefined, tls: false });
    expect(load({ REDIS_CLUSTER_NODES: 'a:1, [::1]:2', REDIS_PASSWORD: 'p' }).redis).toEqual({
      kind: 'cluster', nodes: [{ host: 'a', port: 1 }, { host: '::1', port: 2 }], tls: false, password: 'p', timeoutMs: 50,
    });
    expect(load({ REDIS_CLUSTER_NODES: 'rediss://a:1,rediss://b' }).redis).toMatchObject({
      nodes: [{ host: 'a', port: 1 }, { host: 'b', port: 6379 }], tls: true,
    });
  });

  it('give the cache the Redis of its own if there is one', () => {
    const shared = load({ REDIS_HOST: 'h' });
    expect(shared.cache.redis).toEqual(shared.redis);
    const own = load({ REDIS_HOST: 'h', CACHE_REDIS_URL: 'redis://c:7000' });
    expect(own.cache.redis).toMatchObject({ host: 'c', port: 7000 });
    expect(own.redis).toMatchObject({ host: 'h' });
  });

  it('choose SMTP, then Gmail, then files', () => {
    const gmail = { EMAIL_USER: 'anna@gmail.com', EMAIL_PASSWORD: 'abcd efgh' };
    expect(load({ ...gmail, SMTP_HOST: 'mx', EMAIL_FROM: 'Film <f@x.org>' }).mail).toEqual({
      kind: 'smtp', host: 'mx', port: 587, secure: false, login: { kind: 'none' }, from: 'Film <f@x.org>',
    });
    expect(load({ SMTP_HOST: 'mx', SMTP_PORT: '465' }).mail).toMatchObject({ secure: true });
    expect(load(gmail).mail).toEqual({
      kind: 'smtp', host: 'smtp.gmail.com', port: 465, secure: true, from: 'anna@gmail.com',
      login: { kind: 'password', user: 'anna@gmail.com', password: 'abcdefgh' },
    });
  });
});

describe('describeConfig', () => {
  it('shows the settings and masks every secret', () => {
    const shown = JSON.stringify(describeConfig(load({
      DATABASE_URL: 'postgres://anna:hunter2@db/app?sslpassword=hunter2', REDIS_URL: 'redis://:hunter2@h',
      CACHE_REDIS_URL: 'redis://:hunter2@h', JWT_SECRET: 'hunter2', SMTP_HOST: 'mx', SMTP_USER: 'u',
      SMTP_PASSWORD: 'hunter2',
    })));
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('postgres://anna:***@db/app?sslpassword=***');
  });
});
