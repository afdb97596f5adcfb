import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { Compile } from 'typebox/compile';
import { Success } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import {
  type JsonRoute, type RawRoute, type RequestContext, type Route, type UploadRoute, WithHeaders,
} from '../../kernel/route.ts';
import type { Write } from '../../kernel/write.ts';
import type { Drain } from './drain.ts';
import { createCachedRead, type CachedReadDeps } from './cached-read.ts';
import type { Limits } from './limits.ts';
import type { Idempotency } from './idempotency.ts';
import type { Continues } from './unread-body.ts';
import { uploadBody } from './upload-body.ts';
import { compileBody, compileText } from './validation.ts';

export interface MountDeps extends CachedReadDeps {
  readonly limits: Limits;
  readonly write: Write;
  readonly idempotency: Idempotency;
  readonly continues: Continues;
  readonly drain: Pick<Drain, 'track'>;
  readonly uploadStallTimeoutMs: number;
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

/** Mounts one route of the table on Fastify: checks what comes in and what goes out against its schemas. */
export function mount(app: FastifyInstance, route: Route, deps: MountDeps): void {
  const methods: HTTPMethods[] = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
  const handler = handlerOf(route, deps);
  app.route({
    method: methods,
    url: route.path,
    ...(route.bodyLimitBytes !== undefined && { bodyLimit: route.bodyLimitBytes }),
    config: { route, streamedBody: route.kind === 'upload' },
    handler: (request, reply) => deps.drain.track(handler(request, reply)).catch(rethrow),
  });
}

/** Anything can be thrown; what comes after us expects errors. */
function rethrow(thrown: unknown): never {
  throw thrown instanceof Error ? thrown : new Error('Something that is no error was thrown', { cause: thrown });
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

function handlerOf(route: Route, deps: MountDeps): Handler {
  if (route.kind === 'json') return jsonHandler(route, deps);
  if (route.kind === 'upload') return uploadHandler(route, deps);
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
      const context = { ...contextOf(request, reply), ...input, write: deps.write };
      if (await readCached(context, request, reply)) return reply;
    }
    await deps.limits.settle(request, reply);
    const key = route.idempotent === true ? request.headers['idempotency-key'] : undefined;
    const handle = (write: Write) => route.handle({ ...contextOf(request, reply), ...input, write });
    let answer: unknown;
    let replayed = false;
    if (key === undefined) {
      answer = await handle(deps.write);
    } else {
      const done = await deps.idempotency.run(
        {
          scope: request.actor === undefined ? 'anonymous' : `user:${request.actor.userId}`,
          routeId: route.id,
          key: String(key),
          request: input,
          status,
          write: deps.write,
        },
        handle,
      );
      answer = done.data;
      replayed = done.replayed;
      if (replayed) reply.header('idempotency-replayed', 'true');
    }
    if (answer instanceof WithHeaders) {
      reply.headers(answer.headers);
      answer = answer.data;
    }
    const payload = enveloped ? { success: true, data: answer } : answer;
    // The first answer is given again as it was, though a newer version may describe it otherwise.
    if (!replayed && !response.Check(payload)) throw responseProblem(route, response.Errors(payload));
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', caching(route, request));
    return reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(payload));
  };
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
    const context = contextOf(request, reply);
    const data = await route.handle({
      ...context,
      params: given,
      query: undefined,
      write: deps.write,
      body: {
        stream: uploadBody(request.raw, {
          onWanted: () => deps.continues.proceed(request.raw, reply.raw),
          stallTimeoutMs: deps.uploadStallTimeoutMs,
        }),
        contentLength: length === undefined ? undefined : Number(length),
      },
    });
    const payload = { success: true, data };
    if (!response.Check(payload)) throw responseProblem(route, response.Errors(payload));
    return reply
      .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
      .send(JSON.stringify(payload));
  };
}

function rawHandler(route: RawRoute, deps: MountDeps): Handler {
  const params = compileText('params', route.params);
  const query = compileText('query', route.query);

  return async (request, reply) => {
    await deps.limits.settle(request, reply);
    const input = { params: params(request.params), query: query(request.query), body: undefined };
    const { status, headers, body } = await route.handle({ ...contextOf(request, reply), ...input, write: deps.write });
    reply.code(status).headers(headers);
    if (request.method !== 'HEAD') return reply.send(body);
    if (body instanceof Readable) body.destroy();
    else if (body !== undefined) reply.header('content-length', Buffer.byteLength(body));
    return reply.send();
  };
}

type Surroundings = Omit<RequestContext, 'params' | 'query' | 'body' | 'write'>;

function contextOf(request: FastifyRequest, reply: FastifyReply): Surroundings {
  let controller: AbortController | undefined;
  return {
    // The guard has refused those who may not call; what remains undefined is allowed to be.
    actor: request.actor,
    headers: request.headers,
    ip: request.ip,
    requestId: request.id,
    // Made on demand: most requests never look.
    get signal() {
      if (controller === undefined) {
        const made = new AbortController();
        controller = made;
        reply.raw.once('close', () => {
          if (!reply.raw.writableFinished) made.abort(new Problem('request.aborted'));
        });
      }
      return controller.signal;
    },
  };
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

