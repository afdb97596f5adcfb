import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { RawReply } from '../../kernel/route.ts';
import { StartError } from '../../kernel/start-error.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Scripts and styles from this server only, nothing inline. Pictures, films and streams may lie elsewhere: people paste
 * links to them, and a stream (HLS) is read by script, which gives a player an empty subtitle file as `data:`.
 */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self' data: blob: https: http:; " +
  "media-src 'self' blob: data: https: http:; connect-src 'self' https: http:; object-src 'none'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'";

/** Of 11 and 9: two kilobytes of page in a tenth of a millisecond. */
const QUICK = 4;
/** It fetches for the pages, from this server only. */
const SERVICE_WORKER = 'service-worker.js';
const WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";

type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface WebApp {
  /** The app's page, at whatever address, with this in its head. */
  page(headers: RequestHeaders, head: string, status?: 200 | 404): RawReply;
  /** A file of the app, such as `/assets/main-1a2b3c.js`; undefined where there is none. */
  file(path: string, headers: RequestHeaders): RawReply | undefined;
  /** Files outside `/assets`, which are there under the same names in each version. */
  readonly fixedPaths: readonly string[];
  /** After it was built anew. */
  reload(): void;
}

interface WebFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
  readonly bodies: { readonly identity: Buffer; readonly br?: Buffer; readonly gzip?: Buffer };
}

/** The built app, kept in memory with its compressed forms. Throws `StartError` where it has not been built. */
export function createWebApp(folder: string): WebApp {
  let files = readFiles(folder);
  return {
    page: (headers, head, status = 200) => reply(withHead(files.get('/index.html')!, head), headers, status),
    file(path, headers) {
      const file = path === '/index.html' ? undefined : files.get(path);
      return file === undefined ? undefined : reply(file, headers);
    },
    fixedPaths: [...files.keys()].filter((path) => path !== '/index.html' && !path.startsWith('/assets/')),
    reload() {
      files = readFiles(folder);
    },
  };
}

function readFiles(folder: string): ReadonlyMap<string, WebFile> {
  if (!existsSync(join(folder, 'index.html'))) throw new StartError('The web app is not built: run npm run build');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) in TYPES);
  return new Map(names.map((name) => [`/${name.split(sep).join('/')}`, readFile(folder, name)]));
}

function readFile(folder: string, name: string): WebFile {
  const path = join(folder, name);
  const identity = readFileSync(path);
  const compressed = (suffix: string): Buffer | undefined => (existsSync(`${path}${suffix}`) ? readFileSync(`${path}${suffix}`) : undefined);
  const [br, gzip] = [compressed('.br'), compressed('.gz')];
  const hashed = name.split(sep)[0] === 'assets';
  return {
    etag: etagOf(identity),
    headers: {
      'content-type': TYPES[extname(name)]!,
      'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...((br ?? gzip) !== undefined && { vary: 'accept-encoding' }),
      ...(name.endsWith('.html') && { 'content-security-policy': POLICY }),
      ...(name === SERVICE_WORKER && { 'content-security-policy': WORKER_POLICY }),
    },
    bodies: { identity, ...(br && { br }), ...(gzip && { gzip }) },
  };
}

const etagOf = (content: Buffer): string => createHash('sha256').update(content).digest('base64url').slice(0, 22);

/** Compressed for each who asks, quickly: what was made at build time has another head. */
function withHead({ headers, bodies }: WebFile, head: string): WebFile {
  const identity = Buffer.from(bodies.identity.toString('utf8').replace('</head>', () => `${head}</head>`));
  return {
    headers: { ...headers, vary: 'accept-encoding' }, etag: etagOf(identity),
    bodies: {
      identity,
      get br() {
        return brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: QUICK } });
      },
      get gzip() {
        return gzipSync(identity, { level: QUICK });
      },
    },
  };
}

function reply({ headers, etag, bodies }: WebFile, asked: RequestHeaders, status = 200): RawReply {
  const accepted = acceptedCodings(asked['accept-encoding']);
  const coding = (['br', 'gzip'] as const).find((name) => name in bodies && accepted.has(name));
  // Another form of the same file is another representation.
  const tag = `"${etag}${coding === undefined ? '' : `-${coding}`}"`;
  const all = { ...headers, etag: tag };
  const held = String(asked['if-none-match'] ?? '').split(',').map((text) => text.trim().replace(/^W\//, ''));
  if (status === 200 && held.some((text) => text === tag || text === '*')) return { status: 304, headers: all };
  const body = coding === undefined ? bodies.identity : bodies[coding]!;
  return {
    status,
    headers: { ...all, 'content-length': String(body.length), ...(coding !== undefined && { 'content-encoding': coding }) },
    body,
  };
}

/** Those that the client takes; `q=0` says that it does not. */
function acceptedCodings(header: string | string[] | undefined): ReadonlySet<string> {
  const codings = String(header ?? '').toLowerCase().split(',').map((text) => text.split(';').map((part) => part.trim()));
  return new Set(codings.filter(([, quality]) => !/^q=0(?:\.0*)?$/.test(quality ?? '')).map(([name]) => name ?? ''));
}
