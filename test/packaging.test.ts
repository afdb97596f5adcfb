import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CONFIG_KEYS, loadConfig } from '../apps/server/src/config/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const MAIN = 'apps/server/src/main/main.ts';
/** As `npm start` gives them to Node. */
const startFlags = (JSON.parse(read('package.json')) as { scripts: { start: string } }).scripts.start.match(/(?<= )--\S+/g) ?? [];
const PORT = CONFIG_KEYS.PORT.default;
/** An image of one major version: neither `latest` nor a version that misses its security updates. */
const MAJOR = /^[a-z]+:\d+(-[a-z-]+)?$/;

const allowedKeys = new Set(
  Object.entries(CONFIG_KEYS).flatMap(([name, key]) => ('secret' in key ? [name, `${name}_FILE`] : [name])),
);

describe('Dockerfile', () => {
  const lines = read('Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const all = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1).trim());
  const one = (word: string): string => {
    const found = all(word);
    expect(found, word).toHaveLength(1);
    return found[0]!;
  };
  const copied = all('COPY')
    .filter((line) => !line.startsWith('--from='))
    .flatMap((line) => line.split(/\s+/).slice(0, -1));
  const ignored = read('.dockerignore').split('\n').filter(Boolean).flatMap((glob) => [glob, `${glob}/**`]);
  const isIgnored = (path: string) => ignored.some((glob) => matchesGlob(path, glob));

  it('stands on a pinned Node', () => {
    const images = all('FROM').map((line) => line.split(' ')[0]!);
    expect(images.length).toBeGreaterThan(1);
    for (const image of images) expect(image).toMatch(MAJOR);
    expect(new Set(images)).toEqual(new Set(['node:24-bookworm-slim']));
  });

  it('copies what exists and is not ignored', () => {
    expect(copied.length).toBeGreaterThan(0);
    for (const source of copied) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(isIgnored(source), source).toBe(false);
    }
    const needed = globSync('apps/server/src/**/*.{sql,mp4}', { cwd: ROOT });
    expect(needed.filter(isIgnored)).toEqual([]);
  });

  it('gives npm every workspace, since the lock names them all', () => {
    for (const manifest of globSync('{packages,apps}/*/package.json', { cwd: ROOT })) {
      expect(copied.some((source) => source === manifest || source === dirname(manifest)), manifest).toBe(true);
    }
  });

  it('leaves secrets, tests and the repository out', () => {
    for (const path of ['.env', '.env.production', '.git/config', 'data/jwt-secret', 'node_modules/pg/package.json',
      'packages/redis-kit/test/redis.ts', 'apps/server/src/kernel/ids.test.ts']) {
      expect(isIgnored(path), path).toBe(true);
    }
  });

  it('runs the server itself, as a user without rights, and stops it by SIGTERM', () => {
    expect(JSON.parse(one('CMD'))).toEqual(['node', ...startFlags, MAIN]);
    expect(existsSync(join(ROOT, MAIN))).toBe(true);
    expect(one('STOPSIGNAL')).toBe('SIGTERM');
    expect(one('USER')).toBe('node');
  });

  it('sets what the configuration knows, and asks for health where it listens', () => {
    const env = Object.fromEntries(all('ENV').flatMap((line) => line.split(/\s+/).map((pair) => pair.split('='))));
    for (const name of Object.keys(env)) expect([...allowedKeys]).toContain(name);
    expect(env).toMatchObject({ NODE_ENV: 'production', PORT, DATA_DIR: one('VOLUME') });
    expect(one('EXPOSE')).toBe(PORT);
    expect(one('HEALTHCHECK')).toContain('/api/health');
  });
});

interface Service {
  readonly image: string;
  readonly command?: string[];
  /** Redis has none. */
  readonly environment: Record<string, string>;
  readonly ports?: string[];
  readonly volumes: string[];
  readonly healthcheck?: { test?: string[]; disable?: boolean };
  readonly depends_on?: Record<string, { condition: string }>;
}

describe('compose.yaml', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as {
    services: Record<'web' | 'worker' | 'postgres' | 'redis', Service>;
    volumes: Record<string, unknown>;
  };
  const { web, worker, postgres, redis } = compose.services;
  const given: Readonly<Record<string, string>> = { POSTGRES_PASSWORD: 'a1b2c3', JWT_SECRET: 'x'.repeat(64) };
  /** As compose puts variables in: `${NAME:?why}` must be given, `${NAME:-default}` may. */
  const fill = (environment: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(environment).map(([name, text]) => [
        name,
        text.replaceAll(/\$\{(\w+):([?-])([^}]*)\}/g, (_, key: string, kind: string, rest: string) => {
          if (kind === '?') expect(Object.keys(given)).toContain(key);
          return given[key] ?? rest;
        }),
      ]),
    );

  it('has both roles, with the same settings otherwise', () => {
    const { ROLE: webRole, PORT: _, ...webRest } = web.environment;
    const { ROLE: workerRole, ...workerRest } = worker.environment;
    expect([webRole, workerRole]).toEqual(['web', 'worker']);
    expect(workerRest).toEqual(webRest);
  });

  it.each(['web', 'worker'] as const)('configures a %s that would start', (role) => {
    const environment = compose.services[role].environment;
    for (const name of Object.keys(environment)) expect([...allowedKeys]).toContain(name);
    const readFile = () => {
      throw Object.assign(new Error('no .env'), { code: 'ENOENT' });
    };
    const config = loadConfig({ env: fill(environment), cwd: '/app', readFile });
    expect(config).toMatchObject({ role, production: true, dataDir: '/data', log: { files: { kind: 'off' } } });
    expect(config.database.kind).toBe('url');
    expect(config.redis).toBeDefined();
    expect(config.warnings.filter((line) => !/mail|SMTP|EMAIL/i.test(line))).toEqual([]);
  });

  it('keeps no secret in the file', () => {
    const secrets = Object.values(compose.services)
      .filter((service) => 'environment' in service)
      .flatMap(({ environment }) => Object.entries(environment))
      .filter(([name]) => /PASSWORD|SECRET/.test(name));
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter(([, text]) => !/^\$\{\w+:[?-][^}]*\}$/.test(text))).toEqual([]);
  });

  it('publishes the port of web alone', () => {
    expect(web.ports).toEqual([`${PORT}:${PORT}`]);
    expect(web.environment['PORT']).toBe(PORT);
    expect([worker.ports, postgres.ports, redis.ports]).toEqual([undefined, undefined, undefined]);
  });

  it('pins PostgreSQL and Redis to a version we support', () => {
    expect([postgres.image, redis.image]).toEqual(['postgres:18', 'redis:7']);
    for (const { image } of [postgres, redis]) expect(image).toMatch(MAJOR);
  });

  it('lets PostgreSQL and Redis be ready before the server starts', () => {
    for (const service of [web, worker]) {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        expect(compose.services[name as 'postgres' | 'redis'].healthcheck?.test).toBeDefined();
      }
      expect(Object.keys(service.depends_on ?? {})).toEqual(['postgres', 'redis']);
    }
  });

  it('speaks to the services by their names and to PostgreSQL as its user', () => {
    const { DATABASE_URL, REDIS_URL } = fill(web.environment);
    const database = new URL(DATABASE_URL!);
    const { POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD } = fill(postgres.environment);
    expect([database.hostname, database.username, database.password, database.pathname]).toEqual(
      ['postgres', POSTGRES_USER, POSTGRES_PASSWORD, `/${POSTGRES_DB}`],
    );
    expect(new URL(REDIS_URL!).hostname).toBe('redis');
  });

  it('keeps what Redis holds: on disk and never evicted', () => {
    expect(redis.command?.join(' ')).toBe('redis-server --appendonly yes --maxmemory-policy noeviction');
  });

  it('keeps everything in named volumes', () => {
    const volumes = Object.values(compose.services).flatMap((service) => service.volumes);
    const named = volumes.map((volume) => volume.split(':')[0]);
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
    expect(web.volumes).toEqual([`data:${web.environment['DATA_DIR']}`]);
  });
});
