import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import S3rver from '@20minutes/s3rver';
import type { S3Place } from '../src/storage/index.ts';

/** What of s3rver's insides this file touches: it has no types. */
interface Store {
  putObject(object: { bucket: string; key: string }): Promise<unknown>;
  copyObject(fromBucket: string, from: string, toBucket: string, to: string, headers: unknown): Promise<unknown>;
  getObject(bucket: string, key: string, options?: { start?: number; end?: number }): Promise<{ content: Readable | null } | null>;
  getMetadata(bucket: string, key: string): Promise<unknown>;
  getResourcePath(bucket: string, key: string | undefined, resource: string): string;
}

interface Context {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly req: IncomingMessage;
  status: number;
  body: unknown;
}

type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;

export interface S3Server extends S3Place {
  /** Multipart uploads under way, and objects below `.incoming`. */
  leftovers(): Promise<number>;
  /** Asked before each request: the status to refuse it with, undefined to let it pass. */
  refuse: ((request: string) => number | undefined) | undefined;
  /** Asked after each request: true breaks the connection instead of answering. */
  loseAnswer: ((request: string) => boolean) | undefined;
  /** The names of all objects' files. */
  objects(): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * A real S3 server with one bucket, on a free port and a folder of its own. s3rver checks signatures and knows most of
 * what we ask; here it gets what it lacks: objects that appear at once, aborting and listing of multipart uploads, and
 * the range `0-0`.
 */
export async function startS3Server(prefix = ''): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'watchparty-s3-'));
  const bucket = 'films';
  const server = new S3rver({ directory: folder, port: 0, address: '127.0.0.1', silent: true, configureBuckets: [{ name: bucket }] });
  appearAtOnce(server.store as Store);
  knowFirstByte(server.store as Store);
  const uploadsFolder = (server.store as Store).getResourcePath(bucket, undefined, 'uploads');
  const uploads = async (): Promise<string[]> => await readdir(uploadsFolder).catch(() => []);
  const middleware: Middleware[] = server.middleware;
  middleware.unshift(async (context, next) => {
    const request = `${context.method} ${context.path}${'uploadId' in context.query ? '?uploadId' : ''}`;
    const status = made.refuse?.(request);
    if (status === undefined) {
      await next();
      if (made.loseAnswer?.(request) === true) context.req.socket.destroy();
      return;
    }
    context.status = status;
    context.body = '<Error><Code>Refused</Code></Error>';
  }, multipart(uploadsFolder, uploads));
  const { port } = await server.run();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    server.httpServer.closeAllConnections();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
  const made: S3Server = {
    bucket, prefix, endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER',
    refuse: undefined, loseAnswer: undefined,
    async leftovers() {
      const incoming = await readdir(join(folder, bucket, ...prefix.split('/'), '.incoming')).catch(() => []);
      return (await uploads()).length + incoming.filter((name) => name.endsWith('_object')).length;
    },
    async objects() {
      return (await readdir(join(folder, bucket), { recursive: true })).filter((name) => name.endsWith('_object'));
    },
    close: () => (closing ??= close()),
  };
  return made;
}

/** As S3 does it: whoever reads the object before keeps reading it. */
function appearAtOnce(store: Store): void {
  const publish = async (bucket: string, from: string, to: string): Promise<void> => {
    await cp(store.getResourcePath(bucket, from, 'metadata.json'), store.getResourcePath(bucket, to, 'metadata.json'));
    for (const resource of ['object.md5', 'object']) {
      await rename(store.getResourcePath(bucket, from, resource), store.getResourcePath(bucket, to, resource));
    }
    await rm(store.getResourcePath(bucket, from, 'metadata.json'));
  };
  const beside = (key: string): string => `${key.split('/').slice(0, -1).join('/')}/unseen-${randomUUID()}`.replace(/^\//, '');
  const putObject = store.putObject.bind(store);
  store.putObject = async (object) => {
    const { bucket, key } = object;
    object.key = beside(key);
    const result = await putObject(object);
    await publish(bucket, object.key, key);
    object.key = key;
    return result;
  };
  const copyObject = store.copyObject.bind(store);
  store.copyObject = async (fromBucket, from, toBucket, to, headers) => {
    const unseen = beside(to);
    await copyObject(fromBucket, from, toBucket, unseen, headers);
    await publish(toBucket, unseen, to);
    return store.getMetadata(toBucket, to);
  };
}

/** It takes the end 0 for none. */
function knowFirstByte(store: Store): void {
  const getObject = store.getObject.bind(store);
  store.getObject = async (bucket, key, options) => {
    if (options?.end !== 0) return getObject(bucket, key, options);
    const object = await getObject(bucket, key, { ...options, end: 1 });
    if (!object?.content) return object;
    object.content.destroy();
    return Object.assign(object, {
      range: { start: 0, end: 0 }, content: createReadStream(store.getResourcePath(bucket, key, 'object'), { end: 0 }),
    });
  };
}

function multipart(folder: string, uploads: () => Promise<string[]>): Middleware {
  return async (context, next) => {
    const { method, path, query } = context;
    const id = query['uploadId'];
    if (id !== undefined && !(await uploads()).includes(id)) {
      context.status = 404;
      context.body = '<Error><Code>NoSuchUpload</Code></Error>';
    } else if (method === 'DELETE' && id !== undefined) {
      await rm(join(folder, id), { recursive: true, force: true });
      context.status = 204;
    } else if (method === 'GET' && 'uploads' in query && path.split('/').filter(Boolean).length === 1) {
      const items = (await uploads()).map(async (name) => {
        const [key, { birthtime }] = await Promise.all([readFile(join(folder, name, 'key'), 'utf8'), stat(join(folder, name))]);
        return `<Upload><Key>${key}</Key><UploadId>${name}</UploadId><Initiated>${birthtime.toISOString()}</Initiated></Upload>`;
      });
      context.body = `<ListMultipartUploadsResult>${(await Promise.all(items)).join('')}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`;
    } else {
      await next();
    }
  };
}
