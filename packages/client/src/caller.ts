import { ApiError, NetworkError } from './api-error.ts';
import { type Exchange, jsonOf, type Request } from './exchange.ts';
import type { Renew } from './renewal.ts';
import type { Tokens, TokenStore } from './tokens.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface CreateOptions extends CallOptions {
  /** The server does for one key what it is asked only once; by default each call has a random one. */
  readonly idempotencyKey?: string;
}

type Value = string | number | boolean | undefined;

export interface Call extends Pick<Request, 'method' | 'path' | 'signal'> {
  readonly query?: Readonly<Record<string, Value>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes a POST safe to repeat. */
  readonly idempotencyKey?: string;
  /** False: without a token, though there is one. */
  readonly signedIn?: boolean;
}

export interface Caller {
  /** The `data` of a success. */
  data<T>(call: Call): Promise<T>;
  /** The whole JSON body, where there is no envelope. */
  json<T>(call: Call): Promise<T>;
  /** The answer itself, its body unread. */
  send(request: Request, options?: { readonly repeatable?: boolean; readonly signedIn?: boolean }): Promise<Response>;
  create<T>(path: string, body: unknown, options?: CreateOptions, signedIn?: boolean): Promise<T>;
}

interface Deps {
  readonly exchange: Exchange;
  readonly renew: Renew;
  readonly tokens: TokenStore;
  readonly newIdempotencyKey: () => string;
  /** Resolves after `ms`; rejects when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Pauses before a request is sent again that got no answer. */
const RETRY_AFTER_MS = [200, 1000];

export function createCaller({ exchange, renew, tokens, newIdempotencyKey, pause }: Deps): Caller {
  /** With the token there is; with a renewed one when that has expired. */
  async function authorized(request: Request): Promise<Response> {
    const held: Tokens | undefined = await tokens.get();
    try {
      return await exchange(request, held?.accessToken);
    } catch (error) {
      if (held === undefined || request.bodyOnce === true || !isTokenRefused(error)) throw error;
      const renewed = await renew(held);
      if (renewed === undefined) throw error;
      request.signal?.throwIfAborted();
      return exchange(request, renewed.accessToken);
    }
  }

  const send: Caller['send'] = async (request, { repeatable = false, signedIn = true } = {}) => {
    let unanswered = false;
    for (const ms of repeatable ? RETRY_AFTER_MS : []) {
      try {
        return await (signedIn ? authorized(request) : exchange(request));
      } catch (error) {
        unanswered ||= error instanceof NetworkError;
        if (!(error instanceof NetworkError) && !(unanswered && isUnderWay(error))) throw error;
        await pause(ms, request.signal);
      }
    }
    return signedIn ? authorized(request) : exchange(request);
  };

  const json: Caller['json'] = async (call) => {
    const { method, path, query, body, headers, signal, idempotencyKey, signedIn = true } = call;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await send(
      {
        method,
        path: `${path}${queryText(query)}`,
        headers: {
          accept: 'application/json',
          ...(text !== undefined && { 'content-type': 'application/json' }),
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
          ...headers,
        },
        ...(text !== undefined && { body: () => text }),
        signal,
      },
      { repeatable: method === 'GET' || method === 'PUT' || idempotencyKey !== undefined, signedIn },
    );
    return jsonOf(response, signal);
  };

  const data: Caller['data'] = async <T>(call: Call) => (await json<{ readonly data: T }>(call)).data;

  return {
    send,
    json,
    data,
    create: (path, body, options = {}, signedIn = true) =>
      data({
        method: 'POST', path, body, signedIn, signal: options.signal,
        idempotencyKey: options.idempotencyKey ?? newIdempotencyKey(),
      }),
  };
}

const isTokenRefused = (error: unknown): boolean => error instanceof ApiError && error.code === 'auth.token_invalid';

/** The server still works on the attempt whose connection broke. */
const isUnderWay = (error: unknown): boolean => error instanceof ApiError && error.code === 'idempotency.in_flight';

function queryText(query: Call['query'] = {}): string {
  const given: [string, string][] = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
