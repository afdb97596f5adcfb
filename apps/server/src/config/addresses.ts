import { isIP } from 'node:net';
import type { Parser } from './parser.ts';

/** One Redis server. `db` is 0 unless given. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly tls: boolean;
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

const REDIS_PORT = 6379;

function parseUrl(text: string, protocols: readonly string[]): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return protocols.includes(url.protocol) ? url : undefined;
}

/** Percent-decoded; undefined when the escapes are broken. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** `[::1]` → `::1`: sockets take IPv6 addresses without the brackets of URLs. */
const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

const HOST_NAME = /^(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;

/** A host name or an IP address, without protocol or port. */
export const host: Parser<string> = {
  accepts: 'a host name or an IP address, without protocol or port',
  parse(text) {
    const bare = bareHost(text);
    return isIP(bare) !== 0 || HOST_NAME.test(text) ? bare : undefined;
  },
};

/** Kept as given, for `pg` reads more from it (`sslmode`, a socket's folder) than a server address. */
export const databaseUrl: Parser<string> = {
  accepts: 'postgres://user:password@host:5432/database (special characters of the password percent-encoded)',
  parse(text) {
    // A login without a host (`user:password@/database?host=/run/postgresql`) is a socket's address, and no URL by WHATWG.
    const url = parseUrl(text.replace(/^(\w+:\/\/[^@/?#]*)@\//, '$1@socket/'), ['postgres:', 'postgresql:']);
    if (!url) return undefined;
    const readable = [url.username, url.password, url.pathname].every((part) => decoded(part) !== undefined);
    return readable ? text : undefined;
  },
};

export const redisUrl: Parser<RedisAddress> = {
  accepts: 'redis://user:password@host:6379/0, or rediss:// for TLS (special characters percent-encoded)',
  parse(text) {
    const url = parseUrl(text, ['redis:', 'rediss:']);
    if (!url || !url.hostname) return undefined;
    const db = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1];
    const username = decoded(url.username);
    const password = decoded(url.password);
    if (db === undefined || username === undefined || password === undefined) return undefined;
    return {
      host: bareHost(url.hostname),
      port: url.port === '' ? REDIS_PORT : Number(url.port),
      username: username || undefined,
      password: password || undefined,
      db: Number(db),
      tls: url.protocol === 'rediss:',
    };
  },
};

const TLS = 'rediss://';

/** Some nodes of a Redis Cluster; the client finds the others. */
export const redisNodes: Parser<{ readonly nodes: readonly RedisNode[]; readonly tls: boolean }> = {
  accepts: 'host:port pairs separated by commas, such as 10.0.0.1:6379,10.0.0.2:6379, or each with rediss:// for TLS',
  parse(text) {
    const nodes: RedisNode[] = [];
    const items = text.split(',').map((item) => item.trim());
    const secure = items.filter((item) => item.startsWith(TLS));
    if (secure.length > 0 && secure.length < items.length) return undefined;
    for (const item of items.map((each) => (each.startsWith(TLS) ? each.slice(TLS.length) : each))) {
      const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(item);
      const name = match?.[1] === undefined ? undefined : host.parse(match[1]);
      const port = Number(match?.[2] ?? REDIS_PORT);
      if (name === undefined || port < 1 || port > 65_535) return undefined;
      nodes.push({ host: name, port });
    }
    return { nodes, tls: secure.length > 0 };
  },
};

/** `https://example.org`, or undefined when the text holds more than an origin (one trailing slash aside). */
function bareOrigin(text: string): string | undefined {
  const url = parseUrl(text, ['http:', 'https:']);
  if (!url || url.username || url.password || url.pathname !== '/' || /[?#*]/.test(text)) return undefined;
  return url.origin;
}

export const origin: Parser<string> = {
  accepts: 'http:// or https:// with a host and perhaps a port, without a path, such as https://watch.example.org',
  parse: bareOrigin,
};

/** A list of origins, or `'*'` for any. */
export const origins: Parser<readonly string[] | '*'> = {
  accepts: 'origins separated by commas, such as https://a.example.org,https://b.example.org, or *',
  parse(text) {
    if (text === '*') return '*';
    const list: string[] = [];
    for (const item of text.split(',')) {
      const value = bareOrigin(item.trim());
      if (value === undefined) return undefined;
      if (!list.includes(value)) list.push(value);
    }
    return list;
  },
};

const PROXY_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isProxyAddress(text: string): boolean {
  if (PROXY_NAMES.has(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

/**
 * Whose `X-Forwarded-*` headers are believed, as Fastify's `trustProxy` takes it: nobody's (false), everybody's
 * (true), those of the nearest n hops, or those of the listed addresses (joined by commas).
 */
export const trustProxy: Parser<boolean | number | string> = {
  accepts: 'false, true, a number of hops up to 100, or addresses and CIDR ranges separated by commas',
  parse(text) {
    const word = text.toLowerCase();
    if (['false', 'off', 'no', '0'].includes(word)) return false;
    if (['true', 'on', 'yes'].includes(word)) return true;
    if (/^\d{1,3}$/.test(text)) return Number(text) <= 100 ? Number(text) : undefined;
    const list = text.split(',').map((item) => item.trim());
    return list.every(isProxyAddress) ? list.join(',') : undefined;
  },
};

export type StorageAddress =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

/** Segments that need no encoding in an address. */
const S3_PREFIX = /^(?:[\w-][\w.-]*(?:\/[\w-][\w.-]*)*)?$/;
const S3_BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** A folder, absolute or relative to the working directory, or a bucket, or a part of one. */
export const storageUrl: Parser<StorageAddress> = {
  accepts: 'the path of a folder (~ is not expanded), or s3://bucket or s3://bucket/prefix (keys in S3_…)',
  parse(text) {
    if (text.includes('\0') || text.startsWith('~')) return undefined;
    if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return { kind: 'folder', folder: text };
    const given = /^s3:\/\/([^/?#@:]+)\/?([^?#]*?)\/?$/i.exec(text);
    const [, bucket = '', prefix = ''] = given ?? [];
    return S3_BUCKET.test(bucket) && S3_PREFIX.test(prefix) ? { kind: 's3', bucket, prefix } : undefined;
  },
};

/** Where an S3-compatible server is; some have a path before the bucket's. No slash at the end. */
export const s3Endpoint: Parser<string> = {
  accepts: 'an address that begins with http:// or https://, without user name or query, such as http://minio:9000',
  parse(text) {
    const url = parseUrl(text, ['http:', 'https:']);
    if (!url?.hostname || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return undefined;
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  },
};

export const s3Region: Parser<string> = {
  accepts: 'the name of a region, such as eu-central-1',
  parse: (text) => (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text) ? text : undefined),
};
