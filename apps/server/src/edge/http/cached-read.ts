import type { FastifyReply, FastifyRequest } from 'fastify';
import { Compile } from 'typebox/compile';
import type { Cache, CacheResult } from '@watchparty/redis-kit/cache';
import { bindPolicy, type TtlSeconds } from '../../caching/index.ts';
import { Problem } from '../../kernel/problem.ts';
import type { CachedRead, JsonRoute, RequestContext } from '../../kernel/route.ts';
import type { Limits } from './limits.ts';

export interface CachedReadDeps {
  readonly cache: Cache;
  readonly ttlSeconds: TtlSeconds;
  readonly limits: Limits;
}

type Read = (context: RequestContext, request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;

/**
 * Serves a route's reads from the cache: ready bytes on a hit, with `_cached` and `_cacheKey`; a weak ETag over the data;
 * 304 where the client has it; `X-Cache`. False when this request is not a cached one. (A reply is a promise of its own
 * end: an async function that returns one waits for it and gives nothing.)
 */
export function createCachedRead(route: JsonRoute, cached: CachedRead, { cache, ttlSeconds, limits }: CachedReadDeps): Read {
  const policy = bindPolicy(cached.policy, ttlSeconds);
  const shape = Compile(route.response);
  // What everybody gets alike may be kept if it is asked about each time; what somebody's rights made only by them.
  const cacheControl = route.access === 'anyone' ? 'no-cache' : 'private, no-cache';

  return async (context, request, reply) => {
    const params = cached.params(context);
    if (params === undefined) return false;
    if (cached.authorize !== undefined) {
      await limits.settle(request, reply);
      await cached.authorize(context);
    }
    const result = await cache.get(policy, params, async () => {
      const data: unknown = await route.handle(context);
      // Checked once, when it is loaded: entries of another shape are not served.
      if (!shape.Check(data)) {
        throw new Problem('service.internal', {
          cause: new Error(`The answer of ${route.id} does not fit its schema: ${JSON.stringify(shape.Errors(data)).slice(0, 2000)}`),
        });
      }
      return data;
    }, {
      // Asked in the same round trip as the cache. Who is refused causes no load, and spoils nobody else's.
      beforeLoad: () => limits.settle(request, reply),
    });
    await limits.settle(request, reply);
    await cached.mayServe?.(context, JSON.parse(result.body.toString('utf8')));
    const etag = `W/"${result.etag}"`;
    reply.header('etag', etag).header('x-cache', xCache(result)).header('cache-control', cacheControl);
    if (names(request.headers['if-none-match'], etag)) {
      reply.code(304).send();
      return true;
    }
    reply.header('content-type', 'application/json; charset=utf-8');
    reply.send(result.hit ? result.presented : fresh(result));
    return true;
  };
}

const xCache = ({ hit, source }: CacheResult): string => (hit ? 'HIT' : source === 'bypass' ? 'BYPASS' : 'MISS');

const START = Buffer.from('{"success":true,"data":');
const END = Buffer.from('}');
const fresh = ({ body }: CacheResult): Buffer => Buffer.concat([START, body, END]);

/** RFC 9110 § 13.1.2: any of the listed validators, compared weakly. */
function names(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const strong = etag.slice(2);
  return header.split(',').some((part) => {
    const given = part.trim();
    return given === etag || given === strong || given === '*';
  });
}
