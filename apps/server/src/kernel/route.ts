import type { Readable } from 'node:stream';
import type { ErrorCode } from '@watchparty/protocol';
import type { Static, TSchema } from 'typebox';
import type { Actor } from './actor.ts';
import type { CacheParams, CachePolicyDeclaration } from './cache-policy.ts';
import type { Write } from './write.ts';

/** Who may call a route at all. What they may see there is the module's policy. */
export type Access = 'anyone' | 'user' | 'admin';

export interface RequestContext<A extends Access = Access, P = unknown, Q = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Set where the route asks for a user; where anyone may call, set if a valid token came along. */
  readonly actor: A extends 'anyone' ? Actor | undefined : Actor;
  /** Changes go through here, so that an Idempotency-Key's answer commits with the change itself. */
  readonly write: Write;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly ip: string;
  readonly requestId: string;
  /** Aborted when the client goes away or the server gives up on the request. */
  readonly signal: AbortSignal;
}

/** A JSON answer with headers of its own. */
export class WithHeaders<T> {
  readonly data: T;
  readonly headers: Readonly<Record<string, string | string[]>>;
  constructor(data: T, headers: Readonly<Record<string, string | string[]>>) {
    this.data = data;
    this.headers = headers;
  }
}

/** An answer outside the envelope: a film's bytes, a page. `body` undefined: none. */
export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readable | Buffer | string;
}

interface RouteBase<A extends Access> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/rooms/:id`. */
  readonly path: string;
  /** The operationId in the API description. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: A;
  /**
   * Where access is `user`: guests may call it too. `room` names the param that must be their room; without one the
   * route must be of no room, or find out itself.
   */
  readonly guests?: { readonly room?: string };
  /** Where tokens are got: one that has expired must not stand in the way of a new one. `actor` is never set. */
  readonly ignoresToken?: boolean;
  /** Codes this route can answer with, beside those that any route can. */
  readonly errors?: readonly ErrorCode[];
  /** True on creating POSTs: an `Idempotency-Key` is honoured. One `write` at most, whose result is the answer's data. */
  readonly idempotent?: boolean;
  readonly bodyLimitBytes?: number;
  /** Which rate limit counts: `auth` for routes that take passwords, `none` for what must always answer. */
  readonly limit?: 'auth' | 'none';
}

/** What tells entries apart: of who asks their id, and that only where nobody else gets the same. */
export interface Asked<A extends Access = Access, P = unknown, Q = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly actor: A extends 'anyone' ? undefined : Pick<Actor, 'userId'>;
}

/** A right that a cached value gives or does not give. */
export interface CachedRight<P = unknown> {
  readonly policy: CachePolicyDeclaration;
  params(asked: Asked<'user', P>): CacheParams;
  isGiven(value: unknown, actor: Actor): boolean;
}

/** A read that goes through the cache. */
export interface CachedRead<A extends Access = Access, P = unknown, Q = unknown> {
  readonly policy: CachePolicyDeclaration;
  /** Undefined: this request is not cached. */
  params(asked: Asked<A, P, Q>): CacheParams | undefined;
  /** Refuses before the cache is asked. */
  authorize?(context: RequestContext<A, P, Q>): Promise<void>;
  /** Where `authorize` lets everybody through whom this cached value gives the right. */
  readonly right?: CachedRight<P>;
  /** Where only the value itself tells who may see it: whether everybody may. Asked once of each value. */
  isOpen?(value: unknown): boolean;
  /** Refuses those who may not see a value that is not open: after it was found, before it is served. */
  mayServe?(context: RequestContext<A, P, Q>, value: unknown): Promise<void>;
}

export interface JsonRoute<
  A extends Access = Access,
  P extends TSchema = TSchema,
  Q extends TSchema = TSchema,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> extends RouteBase<A> {
  readonly kind: 'json';
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** True: no body at all is the same as `{}`. */
  readonly bodyOptional?: boolean;
  /** The schema of `data`; of the whole body where `envelope` is false. */
  readonly response: R;
  readonly status?: 200 | 201 | 202;
  readonly envelope?: boolean;
  /** `handle` is then the load: it must give the same to everybody. */
  readonly cached?: CachedRead<A, Static<P>, Static<Q>>;
  handle(context: RequestContext<A, Static<P>, Static<Q>, Static<B>>): Promise<Static<R> | WithHeaders<Static<R>>>;
}

export interface UploadRoute<A extends Access = Access, P extends TSchema = TSchema, R extends TSchema = TSchema>
  extends RouteBase<A> {
  readonly kind: 'upload';
  readonly params?: P;
  readonly contentTypes: readonly string[];
  readonly response: R;
  /** 204: without a body, so that only headers answer. */
  readonly status?: 200 | 204;
  /** The body arrives as it comes, never buffered; `contentLength` undefined: chunked. */
  handle(
    context: RequestContext<A, Static<P>, unknown, { readonly stream: Readable; readonly contentLength: number | undefined }>,
  ): Promise<Static<R> | WithHeaders<Static<R>>>;
}

/** A form with one file, which the route is handed whole. */
export interface FormRoute<
  A extends Access = Access, P extends TSchema = TSchema, R extends TSchema = TSchema, Q extends TSchema = TSchema,
> extends RouteBase<A> {
  readonly kind: 'form';
  readonly params?: P;
  readonly query?: Q;
  /** The form's only field. */
  readonly field: string;
  readonly fieldDescription: string;
  readonly maxFileBytes: number;
  readonly response: R;
  readonly status?: 200 | 201;
  handle(context: RequestContext<A, Static<P>, Static<Q>, { readonly file: Buffer }>): Promise<Static<R>>;
}

export interface RawRoute<A extends Access = Access, P extends TSchema = TSchema, Q extends TSchema = TSchema>
  extends RouteBase<A> {
  readonly kind: 'raw';
  readonly params?: P;
  readonly query?: Q;
  /** Answers by content type, for the API description. */
  readonly produces: Readonly<Record<number, { readonly description: string; readonly contentTypes: readonly string[] }>>;
  handle(context: RequestContext<A, Static<P>, Static<Q>, undefined>): Promise<RawReply>;
}

// Handlers are contravariant in their context; the edge gives each exactly what its schemas describe.
// oxlint-disable-next-line no-explicit-any
export type Route = JsonRoute<any, any, any, any, any> | UploadRoute<any, any, any> | FormRoute<any, any, any, any> | RawRoute<any, any, any>;

export const jsonRoute = <
  A extends Access,
  R extends TSchema,
  P extends TSchema = TSchema,
  Q extends TSchema = TSchema,
  B extends TSchema = TSchema,
>(
  route: Omit<JsonRoute<A, P, Q, B, R>, 'kind'>,
): Route => ({ kind: 'json', ...route });

export const uploadRoute = <A extends Access, R extends TSchema, P extends TSchema = TSchema>(
  route: Omit<UploadRoute<A, P, R>, 'kind'>,
): Route => ({ kind: 'upload', ...route });

export const formRoute = <A extends Access, R extends TSchema, P extends TSchema = TSchema, Q extends TSchema = TSchema>(
  route: Omit<FormRoute<A, P, R, Q>, 'kind'>,
): Route => ({ kind: 'form', ...route });

export const rawRoute = <A extends Access, P extends TSchema = TSchema, Q extends TSchema = TSchema>(
  route: Omit<RawRoute<A, P, Q>, 'kind'>,
): Route => ({ kind: 'raw', ...route });

/** What a session remembers of the client it was opened from. */
export function clientOf(context: RequestContext): { readonly userAgent: string; readonly ip: string } {
  const userAgent = context.headers['user-agent'];
  return { userAgent: typeof userAgent === 'string' ? userAgent.slice(0, 500) : '', ip: context.ip };
}
