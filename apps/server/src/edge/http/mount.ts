import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { Success } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import { type JsonRoute, type RawRoute, type RequestContext, type Route, type UploadRoute, WithHeaders } from '../../kernel/route.ts';
import type { Write } from '../../kernel/write.ts';
import type { Idempotency } from './idempotency.ts';
import { compileBody, compileText } from './validation.ts';

export interface MountDeps {
  readonly write: Write;
  readonly idempotency: Idempotency;
  readonly log: Log;
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
  app.route({
    method: methods,
    url: route.path,
    ...(route.bodyLimitBytes !== undefined && { bodyLimit: route.bodyLimitBytes }),
    config: { route, streamedBody: route.kind === 'upload' },
    handler: handlerOf(route, deps),
  });
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
  const body = route.body === undefined ? refuseBody : compileBody(route.body, { optional: route.bodyOptional === true });
  const status = route.status ?? 200;
  const enveloped = route.envelope !== false;
  const response = Compile(enveloped ? Success(route.response) : route.response);

  return async (request, reply) => {
    const input = { params: params(request.params), query: query(request.query), body: body(request.body) };
    const key = route.idempotent === true ? request.headers['idempotency-key'] : undefined;
    const handle = (write: Write) => route.handle({ ...contextOf(request, reply), ...input, write });
    let answer: unknown;
    if (key === undefined) {
      answer = await handle(deps.write);
    } else {
      const done = await deps.idempotency.run(
        {
          scope: request.actor === undefined ? 'anonymous' : `user:${request.actor.userId}`,
          routeId: route.id,
          key: String(key),
          request: { params: input.params, body: input.body },
          status,
          write: deps.write,
        },
        handle,
      );
      answer = done.data;
      if (done.replayed) reply.header('idempotency-replayed', 'true');
    }
    if (answer instanceof WithHeaders) {
      reply.headers(answer.headers);
      answer = answer.data;
    }
    const payload = enveloped ? { success: true, data: answer } : answer;
    if (!response.Check(payload)) throw responseProblem(route, response.Errors(payload));
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', route.access === 'anyone' ? 'no-cache' : 'no-store');
    return reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(payload));
  };
}

function uploadHandler(route: UploadRoute, deps: MountDeps): Handler {
  const params = compileText('params', route.params);
  const query = compileText('query');
  const response = Compile(Success(route.response));

  return async (request, reply) => {
    const given = params(request.params) as Static<typeof route.params & object>;
    query(request.query);
    const length = request.headers['content-length'];
    const context = contextOf(request, reply);
    const data = await route.handle({
      ...context,
      params: given,
      query: undefined,
      write: deps.write,
      body: { stream: request.raw, contentLength: length === undefined ? undefined : Number(length) },
    });
    const payload = { success: true, data };
    if (!response.Check(payload)) throw responseProblem(route, response.Errors(payload));
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(payload));
  };
}

function rawHandler(route: RawRoute, deps: MountDeps): Handler {
  const params = compileText('params', route.params);
  const query = compileText('query', route.query);

  return async (request, reply) => {
    const input = { params: params(request.params), query: query(request.query), body: undefined };
    const { status, headers, body } = await route.handle({ ...contextOf(request, reply), ...input, write: deps.write });
    reply.code(status).headers(headers);
    if (request.method !== 'HEAD') return reply.send(body);
    if (body !== undefined && typeof body === 'object' && 'destroy' in body) body.destroy();
    // Hands the headers to Node itself: Fastify would set the length of the empty body it is given.
    reply.hijack();
    reply.raw.writeHead(status, reply.getHeaders() as Record<string, string>).end();
    return reply;
  };
}

function contextOf(request: FastifyRequest, reply: FastifyReply): Omit<RequestContext, 'params' | 'query' | 'body' | 'write'> {
  let controller: AbortController | undefined;
  return {
    // The guard has refused those who may not call; what remains undefined is allowed to be.
    actor: request.actor as Actor,
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

