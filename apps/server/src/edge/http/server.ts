import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import cors from '@fastify/cors';
import Fastify, {
  type FastifyBaseLogger, type FastifyHttpOptions, type FastifyInstance, type FastifyReply, LogController,
  type RawServerDefault,
} from 'fastify';
import type { Queries } from '../../db/index.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Route } from '../../kernel/route.ts';
import type { Write } from '../../kernel/write.ts';
import { type Authenticate, guard } from './guard.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import { parseJsonBodies } from './json-body.ts';
import { mount } from './mount.ts';
import { mountReference } from './reference.ts';
import { problemBody, problemHeaders, toProblem } from './problems.ts';
import { securityHeaders } from './security-headers.ts';

export interface HttpSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly publicUrl: string;
  /** Origins, beside our own, whose pages may call. */
  readonly corsOrigins: readonly string[] | '*';
  /** Hops, or addresses and networks joined by commas. */
  readonly trustProxy: boolean | number | string;
  readonly bodyLimitBytes: number;
  /** How long a JSON body may take to arrive. Films have their own rule: they may take hours but must not stall. */
  readonly requestTimeoutMs: number;
  /** How long a shutdown waits for requests under way before it cuts them off. */
  readonly drainTimeoutMs: number;
}

export interface HttpDeps {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  readonly write: Write;
  readonly queries: Queries;
  readonly secret: Uint8Array;
  readonly log: Log;
}

export interface HttpServer {
  /** Where it listens, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly idempotency: Idempotency;
  /** Takes no new requests, lets those under way finish for `drainTimeoutMs`, then ends them. */
  close(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 15_000;
/** Longer than the 60 s that proxies commonly keep a connection, so that they close first and no request is lost. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

export async function createHttpServer(settings: HttpSettings, deps: HttpDeps): Promise<HttpServer> {
  const { log } = deps;
  const options: FastifyHttpOptions<RawServerDefault, FastifyBaseLogger> = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: settings.bodyLimitBytes,
    trustProxy: trusted(settings.trustProxy),
    // A film may take hours to arrive; the JSON parser and the upload route watch over their own bodies.
    requestTimeout: 0,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    genReqId: (request) => requestId(request.headers['x-request-id']),
    frameworkErrors: (error, request, reply) => {
      sendProblem(reply as FastifyReply, toProblem(error, log), request.id);
    },
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket),
  };
  const app = Fastify(options);

  const constantHeaders = securityHeaders({ https: settings.publicUrl.startsWith('https:') });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(constantHeaders).header('x-request-id', request.id);
    done();
  });
  if (settings.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: settings.corsOrigins === '*' ? true : [...settings.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['etag', 'x-cache', 'x-request-id', 'ratelimit', 'ratelimit-policy', 'retry-after', 'content-range'],
      credentials: true,
      maxAge: 600,
    });
  }
  guard(app, deps.authenticate);
  parseJsonBodies(app, settings.requestTimeoutMs);
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error, log.child({ requestId: request.id }));
    if (request.routeOptions.config.streamedBody === true) endUnreadBody(request.raw, reply.raw);
    sendProblem(reply, problem, request.id);
  });
  app.setNotFoundHandler((request, reply) => {
    sendProblem(reply, new Problem('route.not_found'), request.id);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { pathname } = new URL(request.url, 'http://server');
    const line = { requestId: request.id, status: reply.statusCode, ms: Math.round(reply.elapsedTime), userId: request.actor?.userId };
    log.debug(line, `${request.method} ${pathname}`);
    done();
  });

  const idempotency = createIdempotency({ queries: deps.queries, secret: deps.secret, log });
  const mountDeps = { write: deps.write, idempotency, log };
  await app.register(async (scope) => {
    // A film's bytes go to its route untouched, whatever type they claim to be.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const route of deps.routes) if (route.kind === 'upload') mount(scope, route, mountDeps);
  });
  for (const route of deps.routes) if (route.kind !== 'upload') mount(app, route, mountDeps);
  await mountReference(app, deps.routes);
  refuseOtherMethods(app, deps.routes);

  await app.listen({ host: settings.host, port: settings.port });
  const { address, port, family } = app.server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;

  return {
    url: `http://${host}:${port}`,
    idempotency,
    async close() {
      const cutOff = setTimeout(() => app.server.closeAllConnections(), settings.drainTimeoutMs);
      await app.close();
      clearTimeout(cutOff);
    },
  };
}

/** A number trusts that many proxies in a row, counted from this server. */
function trusted(setting: HttpSettings['trustProxy']): boolean | string | ((address: string, hop: number) => boolean) {
  if (typeof setting === 'number') return (_address, hop) => hop < setting;
  return setting;
}

function sendProblem(reply: FastifyReply, problem: Problem, requestId: string): void {
  reply.code(problem.status).headers(problemHeaders(problem)).send(JSON.stringify(problemBody(problem, requestId)));
}

/** The caller's own id when it is a plain one, so that their logs and ours can be read together. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : uuidv7(Date.now());
}

/** What is not even HTTP gets an answer that says so, where the socket still takes one. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const code = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request.timeout' : 'request.invalid';
  const problem = new Problem(code, { detail: 'The request is not readable HTTP' });
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : problem.status;
  const body = JSON.stringify({ ...problemBody(problem, uuidv7(Date.now())), status });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/**
 * A refused upload: the client may still be sending. Reads on for a moment so that it can see the answer
 * (a socket closed on unread data would take the answer with it), then ends the connection.
 */
function endUnreadBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  response.setHeader('connection', 'close');
  request.resume();
  once(response, 'close').then(
    () => setTimeout(() => request.socket.destroy(), 1000).unref(),
    () => request.socket.destroy(),
  );
}

/** Known addresses answer unknown methods with 405 and the methods they know. */
function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  const all = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    const known = ofPath.map((route) => route.method);
    const allow = known.includes('GET') ? [...known, 'HEAD'].join(', ') : known.join(', ');
    const unknown = all.filter((method) => !known.includes(method));
    if (unknown.length === 0) continue;
    app.route({
      method: unknown,
      url: path,
      onRequest: async () => {
        throw new Problem('route.method_not_allowed', { headers: { allow } });
      },
      handler: async () => undefined,
    });
  }
}
