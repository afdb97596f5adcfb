import { createServer, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import Fastify, {
  type FastifyHttpOptions, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController,
  type RawServerDefault,
} from 'fastify';
import type { Cache } from '@watchparty/redis-kit/cache';
import type { TtlSeconds } from '../../caching/index.ts';
import type { Queries } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Identity } from '../../kernel/identity.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Route } from '../../kernel/route.ts';
import { StartError } from '../../kernel/start-error.ts';
import { noTelemetry, type Telemetry } from '../../kernel/telemetry.ts';
import type { Write } from '../../kernel/write.ts';
import {
  createRequestIds, createSubjectOf, problemBody, problemHeaders, securityHeaders, toProblem, trustedProxies, type TrustProxy,
} from '../shared/index.ts';
import { logAccess, pathOf } from './access-log.ts';
import { refuseAddresses } from './addresses.ts';
import { allowOrigins } from './cors.ts';
import { createCallers } from './callers.ts';
import { createDrain, type Drain } from './drain.ts';
import { createFastLane } from './fast-lane.ts';
import { guard } from './guard.ts';
import { createFormReader } from './form-body.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import { parseJsonBodies } from './json-body.ts';
import { answerOtherMethods } from './methods.ts';
import { createLimits, type Limiters } from './limits.ts';
import { isStreamed, mount } from './mount.ts';
import { cardHead } from './cards.ts';
import { pageRoutes, wantsPage, type Web } from './pages.ts';
import { referenceRoutes } from './reference.ts';
import { createReadyAnswers } from './ready-answer.ts';
import { answerUnreadBodies, holdBackContinue } from './unread-body.ts';
import { createUnreadableHandler } from './unreadable.ts';

export interface HttpSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly publicUrl: string;
  /** Origins, beside our own, whose pages may call. */
  readonly corsOrigins: readonly string[] | '*';
  /** Hops, or addresses and networks joined by commas. */
  readonly trustProxy: TrustProxy;
  readonly bodyLimitBytes: number;
  /** How long the headers, and then a JSON body, may take to arrive. */
  readonly requestTimeoutMs: number;
  /** Films may take hours to arrive, but no longer than this from one piece to the next. */
  readonly uploadStallTimeoutMs?: number;
  /** How long a shutdown waits for requests under way before it cuts them off. */
  readonly drainTimeoutMs: number;
}

export interface HttpDeps {
  readonly routes: readonly Route[];
  /** What is for browsers alone, and not in the API description. */
  readonly pages?: readonly Route[];
  /** What browsers get at its paths, and at addresses that are none. Left out: nothing. */
  readonly web?: Web | undefined;
  readonly identity: Identity;
  readonly write: Write;
  readonly queries: Queries;
  readonly cache: Cache;
  readonly cacheTtlSeconds: TtlSeconds;
  readonly limiters: Limiters;
  readonly secret: Uint8Array;
  /** Called before the server listens, by who serves more than requests there: live connections. */
  readonly onServer?: (server: Server) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** By default nobody counts. */
  readonly telemetry?: Telemetry;
}

export interface HttpServer {
  /** Where it listens, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  /** All that it serves, pages and the API reference too. */
  readonly routes: readonly Route[];
  readonly idempotency: Idempotency;
  /** Takes no new requests, lets those under way finish for `drainTimeoutMs`, then ends them. */
  close(): Promise<void>;
}

const MAX_HEADERS_TIMEOUT_MS = 15_000;
/** Longer than the 60 s that proxies commonly keep a connection, so that they close first and no request is lost. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** Finds out about peers that vanished without a word while they were being sent a film. */
const TCP_KEEP_ALIVE_MS = 60_000;
/** A picture at its largest takes two minutes over a slow mobile network. */
const FORMS = { arrivalTimeoutMs: 120_000, maxHeldBytes: 256 * 1024 * 1024 };
const UPLOAD_STALL_TIMEOUT_MS = 60_000;
/** No param of ours, an id or a UUID, comes near it. */
const MAX_PARAM_LENGTH = 200;

export async function createHttpServer(settings: HttpSettings, deps: HttpDeps): Promise<HttpServer> {
  const { log, telemetry = noTelemetry } = deps;
  const requestIds = createRequestIds(deps.clock);
  const constantHeaders = securityHeaders({ https: settings.publicUrl.startsWith('https:') });
  const answers = new WeakMap<Socket, ServerResponse>();
  const trusts = trustedProxies(settings.trustProxy);
  const headersTimeout = Math.min(MAX_HEADERS_TIMEOUT_MS, settings.requestTimeoutMs);
  const serverOptions: ServerOptions = {
    // A film may take hours to arrive; the JSON parser and the upload route watch over their own bodies.
    requestTimeout: 0,
    headersTimeout,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: Math.max(50, Math.min(2000, headersTimeout / 4)),
    // Refused by ourselves, in the shape of every refusal.
    requireHostHeader: false,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
  };
  let drain: Drain;
  const limits = createLimits(deps.limiters, telemetry);
  const fastLane = createFastLane({
    cache: deps.cache, limits, limiters: deps.limiters, answers: createReadyAnswers(KEEP_ALIVE_TIMEOUT_MS), requestIds,
    callers: createCallers({
      cache: deps.cache, ttlSeconds: deps.cacheTtlSeconds, identity: deps.identity, subjectOf: createSubjectOf(trusts), clock: deps.clock,
    }),
    constantHeaders, isClosing: () => drain.closing, log, telemetry,
  });
  const options: FastifyHttpOptions<RawServerDefault> = {
    // What Fastify itself has to say names the request by its path: queries may hold signatures.
    loggerInstance: log.child({}, {
      serializers: { req: ({ method, url }) => ({ method, path: pathOf(String(url)) }) },
    }),
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    bodyLimit: settings.bodyLimitBytes,
    trustProxy: trusts,
    serverFactory: (framework) => createServer(serverOptions, fastLane.before(framework)),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: requestIds,
    frameworkErrors: (error, request, reply) => {
      reply.headers(constantHeaders).header('x-request-id', request.id);
      sendProblem(reply, toProblem(error, log), request.id);
    },
    clientErrorHandler: createUnreadableHandler({ constantHeaders, requestIds, answers }),
  };
  const app = Fastify(options);

  app.addHook('onRequest', (request, reply, done) => {
    answers.set(request.raw.socket, reply.raw);
    reply.headers(constantHeaders).header('x-request-id', request.id);
    done();
  });
  await allowOrigins(app, settings.corsOrigins);
  drain = createDrain(app, settings.drainTimeoutMs);
  refuseAddresses(app);
  guard(app, deps.identity, limits);
  const continues = holdBackContinue(app);
  parseJsonBodies(app, settings.requestTimeoutMs, continues);
  app.setErrorHandler((error, request, reply) => {
    // Fastify ends connections after every unreadable body; one that was read whole leaves no rest behind.
    if (request.raw.complete) reply.removeHeader('connection');
    const problem = problemOf(error, request, log);
    if (deps.web !== undefined && problem.code === 'route.not_found' && wantsPage(request)) {
      const { status, headers, body } = deps.web.app.page(request.headers, cardHead(settings.publicUrl, undefined, undefined), 404);
      return reply.code(status).headers(headers).send(request.method === 'HEAD' ? undefined : body);
    }
    sendProblem(reply, problem, request.id);
  });
  app.setNotFoundHandler((request, reply) => {
    sendProblem(reply, new Problem('route.not_found'), request.id);
  });
  answerUnreadBodies(app, continues);
  logAccess(app, log, telemetry);

  const idempotency = createIdempotency({ queries: deps.queries, secret: deps.secret, log });
  const uploadStallTimeoutMs = settings.uploadStallTimeoutMs ?? UPLOAD_STALL_TIMEOUT_MS;
  const mountDeps = {
    write: deps.write, limits, cache: deps.cache, ttlSeconds: deps.cacheTtlSeconds, fastLane, idempotency, continues, drain, uploadStallTimeoutMs,
    forms: createFormReader(FORMS),
  };
  const pages = deps.web === undefined ? [] : pageRoutes(deps.web, { publicUrl: settings.publicUrl, log });
  const routes = [...deps.routes, ...referenceRoutes(deps.routes), ...pages, ...(deps.pages ?? [])];
  await app.register(async (scope) => {
    // A film's bytes go to its route untouched, whatever type they claim to be.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const route of routes) if (isStreamed(route)) mount(scope, route, mountDeps);
  });
  for (const route of routes) if (!isStreamed(route)) mount(app, route, mountDeps);
  answerOtherMethods(app, routes);
  deps.onServer?.(app.server);

  return { url: await listen(app, settings), routes, idempotency, close: drain.close };
}

async function listen(app: FastifyInstance, { host, port }: HttpSettings): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const reason = LISTEN_REASONS[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw error;
    throw new StartError(`${reason.setting}: cannot listen on ${host}:${port}: ${reason.words}`, { cause: error });
  }
  const { address, port: bound, family } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}

const LISTEN_REASONS: Readonly<Record<string, { readonly setting: string; readonly words: string }>> = {
  EADDRINUSE: { setting: 'PORT', words: 'another program uses this port; end it, or set another PORT' },
  EACCES: { setting: 'PORT', words: 'this user may not use this port; take one above 1023' },
  EADDRNOTAVAIL: { setting: 'HOST', words: 'this machine has no such address' },
  ENOTFOUND: { setting: 'HOST', words: 'there is no such host name' },
};

function problemOf(error: unknown, { raw, id }: FastifyRequest, log: Log): Problem {
  // Whatever then went wrong went wrong because of it; nobody is left to read the answer.
  if (raw.destroyed && !raw.complete) {
    log.debug({ requestId: id }, 'A client went away in the middle of its request');
    return new Problem('request.aborted', { cause: error });
  }
  return toProblem(error, log.child({ requestId: id }));
}

function sendProblem(reply: FastifyReply, problem: Problem, requestId: string): void {
  reply.code(problem.status).headers(problemHeaders(problem)).send(JSON.stringify(problemBody(problem, requestId)));
}
