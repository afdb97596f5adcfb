import type { FastifyReply, FastifyRequest } from 'fastify';
import { Compile } from 'typebox/compile';
import type { Cache, CacheResult, CacheTarget } from '@watchparty/redis-kit/cache';
import { bindPolicy, type TtlSeconds } from '../../caching/index.ts';
import { Problem } from '../../kernel/problem.ts';
import type { CacheParams } from '../../kernel/cache-policy.ts';
import type { Asked, CachedRead, JsonRoute, RequestContext } from '../../kernel/route.ts';
import { namesEtag } from './etags.ts';
import type { FastLane } from './fast-lane.ts';
import type { Limits } from './limits.ts';
import { createParsedOnce } from './parsed-once.ts';
import { headerLines } from './ready-answer.ts';

export interface CachedReadDeps {
  readonly cache: Cache;
  readonly ttlSeconds: TtlSeconds;
  readonly limits: Limits;
  readonly fastLane: Pick<FastLane, 'knows' | 'learn'>;
}

type Read = (context: RequestContext, request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;

/**
 * Serves a route's reads from the cache: ready bytes on a hit, with `_cached` and `_cacheKey`; a weak ETag over the data;
 * 304 where the client has it; `X-Cache`. False when this request is not a cached one. (A reply is a promise of its own
 * end: an async function that returns one waits for it and gives nothing.)
 */
export function createCachedRead(route: JsonRoute, cached: CachedRead, { cache, ttlSeconds, limits, fastLane }: CachedReadDeps): Read {
  const policy = bindPolicy(cached.policy, ttlSeconds);
  const shape = Compile(route.response);
  // What everybody gets alike may be kept if it is asked about each time; what somebody's rights made only by them.
  const cacheControl = route.access === 'anyone' ? 'no-cache' : 'private, no-cache';
  const isOpen = openness(cached);
  const { right } = cached;
  const rightPolicy = right && bindPolicy(right.policy, ttlSeconds);
  const valueOf = createParsedOnce();

  /** So that the next request for this address need not come this way. */
  function teachFastLane(asked: Asked, request: FastifyRequest, reply: FastifyReply): void {
    const url = request.raw.url!;
    if ((cached.authorize !== undefined && cached.right === undefined) || request.method !== 'GET' || request.headers.origin !== undefined || fastLane.knows(url)) return;
    const targetOf = (params: CacheParams | undefined): CacheTarget | undefined => params && cache.target(policy, params);
    fastLane.learn(url, {
      route, isOpen,
      lines: headerLines({ 'cache-control': cacheControl, ...corsHeaders(reply) }),
      target: route.access === 'anyone' ? targetOf(cached.params(asked)) : undefined,
      targetFor: (userId) => targetOf(cached.params({ ...asked, actor: { userId } })),
      ...(right !== undefined && rightPolicy !== undefined && {
        right: {
          targetFor: (userId) => cache.target(rightPolicy, right.params({ ...asked, actor: { userId } })),
          isGiven: (hit, actor) => right.isGiven(valueOf(hit), actor),
        },
      }),
    });
  }

  return async (context, request, reply) => {
    const asked: Asked = { params: context.params, query: context.query, actor: context.actor };
    const params = cached.params(asked);
    if (params === undefined) return false;
    if (cached.authorize !== undefined) {
      await limits.settle(request, reply);
      await cached.authorize(context);
    }
    teachFastLane(asked, request, reply);
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
    if (!isOpen(result)) await cached.mayServe?.(context, JSON.parse(result.body.toString('utf8')));
    const etag = `W/"${result.etag}"`;
    reply.header('etag', etag).header('x-cache', xCache(result)).header('cache-control', cacheControl);
    const given = request.headers['if-none-match'];
    if (given !== undefined && namesEtag(given, etag)) {
      reply.code(304).send();
      return true;
    }
    reply.header('content-type', 'application/json; charset=utf-8');
    reply.send(result.hit ? Buffer.from(result.presented, 'latin1') : fresh(result));
    return true;
  };
}

const xCache = ({ hit, source }: CacheResult): string => (hit ? 'HIT' : source === 'bypass' ? 'BYPASS' : 'MISS');

const START = Buffer.from('{"success":true,"data":');
const END = Buffer.from('}');
const fresh = ({ body }: CacheResult): Buffer => Buffer.concat([START, body, END]);

/** What every answer to a request without an `Origin` tells of origins. */
const corsHeaders = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(
    Object.entries(reply.getHeaders())
      .filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
      .map(([name, value]) => [name, String(value)]),
  );

/** Whether everybody may see a value, kept as long as the value itself is. */
function openness({ isOpen }: CachedRead): (result: CacheResult) => boolean {
  if (isOpen === undefined) return () => true;
  const known = new WeakMap<Buffer, boolean>();
  return ({ body }) => {
    let open = known.get(body);
    if (open === undefined) known.set(body, (open = isOpen(JSON.parse(body.toString('utf8')))));
    return open;
  };
}
