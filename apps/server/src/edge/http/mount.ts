import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { Compile } from 'typebox/compile';
import { Success } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import {
  type Access, type FormRoute, type JsonRoute, type RawRoute, type RequestContext, type Route, type UploadRoute, WithHeaders,
} from '../../kernel/route.ts';
import type { Write } from '../../kernel/write.ts';
import { compileBody } from '../shared/index.ts';
import type { Drain } from './drain.ts';
import { createCachedRead, type CachedReadDeps } from './cached-read.ts';
import { type FormReader, refuseFormByHeaders } from './form-body.ts';
import type { Limits } from './limits.ts';
import type { Idempotency } from './idempotency.ts';
import type { Continues } from './unread-body.ts';
import { uploadBody } from './upload-body.ts';
import { compileText } from './validation.ts';

export interface MountDeps extends CachedReadDeps {
  readonly limits: Limits;
  readonly write: Write;
  readonly idempotency: Idempotency;
  readonly continues: Continues;
  readonly drain: Pick<Drain, 'track'>;
  readonly uploadStallTimeoutMs: number;
  readonly forms: FormReader;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The table's entry; absent on Fastify's own routes. */
    readonly route?: Route;
    /** The body is handed to the route as it arrives. */
    readonly streamedBody?: boolean;
  }
  interface FastifyRequest {
    actor: Actor | undefined;
  }
}

/** Whether the route, or its handler here, reads the body itself. */
export const isStreamed = ({ kind }: Route): boolean => kind === 'upload' || kind === 'form';

/** Mounts one route of the table on Fastify: checks what comes in and what goes out against its schemas. */
export function mount(app: FastifyInstance, route: Route, deps: MountDeps): void {
  const methods: HTTPMethods[] = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
  const handler = handlerOf(route, deps);
  app.route({
    method: methods,
    url: route.path,
    ...(route.bodyLimitBytes !== undefined && { bodyLimit: route.bodyLimitBytes }),
    config: { route, streamedBody: isStreamed(route) },
    handler: (request, reply) => deps.drain.track(() => handler(request, reply)),
  });
}

/**
 * Answers by itself. Gives the reply back only where its bytes are still to come: a reply is a promise of its own end,
 * and waiting for that costs every request two listeners.
 */
type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

function handlerOf(route: Route, deps: MountDeps): Handler {
  if (route.kind === 'json') return jsonHandler(route, deps);
  if (route.kind === 'upload') return uploadHandler(route, deps);
  if (route.kind === 'form') return formHandler(route, deps);
  return rawHandler(route, deps);
}

function jsonHandler(route: JsonRoute, deps: MountDeps): Handler {
  const params = compileText('params', route.params);
  const query = compileText('query', route.query);
  const optional = route.bodyOptional === true;
  const body = route.body === undefined ? refuseBody : compileBody(route.body, { optional });
  const status = route.status ?? 200;
  const enveloped = route.envelope !== false;
  const response = Compile(enveloped ? Success(route.response) : route.response);
  const readCached = route.cached === undefined ? undefined : createCachedRead(route, route.cached, deps);

  return async (request, reply) => {
    const input = { params: params(request.params), query: query(request.query), body: body(request.body) };
    if (readCached !== undefined) {
      if (await readCached(new Context(request, reply, input, deps.write), request, reply)) return undefined;
    }
    await deps.limits.settle(request, reply);
    const { data, replayed } = await once(route, request, reply, { input, status, ...deps }, (write) =>
      route.handle(new Context(request, reply, input, write)),
    );
    let answer: unknown = data;
    if (answer instanceof WithHeaders) {
      reply.headers(answer.headers);
      answer = answer.data;
    }
    const payload = enveloped ? { success: true, data: answer } : answer;
    // The first answer is given again as it was, though a newer version may describe it otherwise.
    if (!replayed && !response.Check(payload)) throw responseProblem(route, response.Errors(payload));
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', caching(route, request));
    reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(payload));
    return undefined;
  };
}

/** The answer's data; with an `Idempotency-Key` that was used before, the first answer's. */
async function once(
  route: Route, request: FastifyRequest, reply: FastifyReply,
  { input, status, write, idempotency }: Pick<MountDeps, 'write' | 'idempotency'> & { readonly input: unknown; readonly status: number },
  handle: (write: Write) => Promise<unknown>,
): Promise<{ readonly data: unknown; readonly replayed: boolean }> {
  const key = route.idempotent === true ? request.headers['idempotency-key'] : undefined;
  if (key === undefined) return { data: await handle(write), replayed: false };
  const scope = request.actor === undefined ? 'anonymous' : `user:${request.actor.userId}`;
  const done = await idempotency.run({ scope, routeId: route.id, key: String(key), request: input, status, write }, handle);
  if (done.replayed) reply.header('idempotency-replayed', 'true');
  return done;
}

/** What everybody gets alike may be kept if it is asked about each time; what somebody's rights made may not. */
const caching = (route: Route, { actor }: FastifyRequest): string =>
  route.access === 'anyone' && route.method === 'GET' && actor === undefined ? 'no-cache' : 'no-store';

function uploadHandler(route: UploadRoute, deps: MountDeps): Handler {
  const params = compileText('params', route.params);
  const query = compileText('query');
  const response = Compile(Success(route.response));

  return async (request, reply) => {
    await deps.limits.settle(request, reply);
    const given = params(request.params);
    query(request.query);
    const length = request.headers['content-length'];
    const body = {
      stream: streamOf(request, reply, deps),
      contentLength: length === undefined ? undefined : Number(length),
    };
    const context = new Context(request, reply, { params: given, query: undefined, body }, deps.write);
    let data: unknown = await route.handle(context as RequestContext<Access, unknown, unknown, typeof body>);
    if (data instanceof WithHeaders) {
      reply.headers(data.headers);
      data = data.data;
    }
    reply.header('cache-control', 'no-store');
    if (route.status === 204) return reply.code(204).send();
    const payload = { success: true, data };
    if (!response.Check(payload)) throw responseProblem(route, response.Errors(payload));
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(payload));
  };
}

function formHandler(route: FormRoute, deps: MountDeps): Handler {
  const params = compileText('params', route.params);
  const query = compileText('query', route.query);
  const response = Compile(Success(route.response));
  const status = route.status ?? 200;
  const options = { field: route.field, maxFileBytes: route.maxFileBytes };

  return async (request, reply) => {
    await deps.limits.settle(request, reply);
    const given = { params: params(request.params), query: query(request.query) };
    refuseFormByHeaders(request.headers, options);
    const { data, replayed } = await deps.forms.withFile(streamOf(request, reply, deps), request.headers, options, (file) => {
      const input = { ...given, file: createHash('sha256').update(file).digest('hex') };
      const context = (write: Write) => new Context(request, reply, { ...given, body: { file } }, write);
      return once(route, request, reply, { input, status, ...deps }, (write) =>
        route.handle(context(write) as RequestContext<Access, unknown, unknown, { readonly file: Buffer }>),
      );
    });
    const payload = { success: true, data };
    if (!replayed && !response.Check(payload)) throw responseProblem(route, response.Errors(payload));
    return reply.code(status)
      .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
      .send(JSON.stringify(payload));
  };
}

const streamOf = (request: FastifyRequest, reply: FastifyReply, { continues, uploadStallTimeoutMs }: MountDeps): Readable =>
  uploadBody(request.raw, {
    onWanted: () => continues.proceed(request.raw, reply.raw),
    stallTimeoutMs: uploadStallTimeoutMs,
  });

function rawHandler(route: RawRoute, deps: MountDeps): Handler {
  const params = compileText('params', route.params);
  const query = compileText('query', route.query);

  return async (request, reply) => {
    await deps.limits.settle(request, reply);
    const input = { params: params(request.params), query: query(request.query), body: undefined };
    const { status, headers, body } = await route.handle(new Context(request, reply, input, deps.write) as RequestContext<Access, unknown, unknown, undefined>);
    reply.code(status).headers(headers);
    if (request.method !== 'HEAD') return reply.send(body);
    if (body instanceof Readable) body.destroy();
    else if (body !== undefined) reply.header('content-length', Buffer.byteLength(body));
    return reply.send();
  };
}

interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** What a route is handed. A class, for its `signal`: copied as a property it would be made for every request. */
class Context implements RequestContext {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly write: Write;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  #signal: AbortSignal | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply, { params, query, body }: Input, write: Write) {
    this.params = params;
    this.query = query;
    this.body = body;
    this.write = write;
    this.#request = request;
    this.#reply = reply;
  }

  /** The guard has refused those who may not call; what remains undefined is allowed to be. */
  get actor(): Actor | undefined {
    return this.#request.actor;
  }

  get headers(): RequestContext['headers'] {
    return this.#request.headers;
  }

  get ip(): string {
    return this.#request.ip;
  }

  get requestId(): string {
    return this.#request.id;
  }

  /** Made on demand: most requests never look. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      const { raw } = this.#reply;
      raw.once('close', () => {
        if (!raw.writableFinished) controller.abort(new Problem('request.aborted'));
      });
      this.#signal = controller.signal;
    }
    return this.#signal;
  }
}

function refuseBody(value: unknown): undefined {
  const empty = value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  if (!empty) throw new Problem('request.invalid', { errors: [{ field: '/body', message: 'must be empty here' }] });
  return undefined;
}

function responseProblem(route: Route, errors: unknown): Problem {
  return new Problem('service.internal', {
    cause: new Error(`The answer of ${route.id} does not fit its schema: ${JSON.stringify(errors).slice(0, 2000)}`),
  });
}

