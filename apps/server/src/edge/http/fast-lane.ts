import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Cache, CacheResult, CacheTarget } from '@watchparty/redis-kit/cache';
import { type Decision, type RateLimiter, subjectOfIp } from '@watchparty/redis-kit/rate-limit';
import type { Log } from '../../kernel/log.ts';
import type { JsonRoute } from '../../kernel/route.ts';
import type { Telemetry } from '../../kernel/telemetry.ts';
import { pathOf } from './access-log.ts';
import type { AddressOf } from './client-address.ts';
import { hasBody } from './unread-body.ts';
import { namesEtag } from './etags.ts';
import type { Limits } from './limits.ts';
import { headerLines, type ReadyAnswers } from './ready-answer.ts';
import type { RequestIds } from './request-ids.ts';

/** Where an address leads, as the framework found it. */
export interface Place {
  readonly route: JsonRoute;
  readonly target: CacheTarget;
  /** Header lines that every answer from there has. */
  readonly lines: string;
  /** Whether everybody may see this value. */
  readonly isOpen: (hit: CacheResult) => boolean;
}

export interface FastLane {
  /** From now on requests for this very address look here first. */
  learn(url: string, place: Place): void;
  /** Puts the lane before the framework. */
  before(framework: RequestListener): RequestListener;
}

interface Deps {
  readonly cache: Cache;
  readonly limiter: RateLimiter;
  readonly limits: Pick<Limits, 'decided'>;
  readonly answers: ReadyAnswers;
  readonly addressOf: AddressOf;
  readonly requestIds: RequestIds;
  readonly constantHeaders: Readonly<Record<string, string>>;
  readonly isClosing: () => boolean;
  readonly log: Log;
  readonly telemetry: Telemetry;
}

/** Addresses with queries are without number; the lane then begins anew. */
const MAX_PLACES = 10_000;

/**
 * Answers reads of public pages from this process's cache, without the framework around them: at full load its hooks and
 * objects cost more than all that such a request needs. Whatever is out of the ordinary goes the long way, and so does
 * every request that was not found here; both ways give the same answer.
 */
export function createFastLane(deps: Deps): FastLane {
  const { cache, limiter, limits, answers, addressOf, requestIds, isClosing, log, telemetry } = deps;
  const constants = headerLines(deps.constantHeaders);
  const debug = log.isLevelEnabled('debug');
  const places = new Map<string, Place>();

  function answer(request: IncomingMessage, response: ServerResponse, place: Place, hit: CacheResult, decision: Decision, startedAt: number): void {
    const { headers } = request;
    const requestId = requestIds(request);
    const etag = `W/"${hit.etag}"`;
    const { 'RateLimit-Policy': policy, RateLimit: limit } = limiter.headers(decision);
    const limited = policy === undefined ? '' : `ratelimit-policy: ${policy}\r\nratelimit: ${limit}\r\n`;
    const lines = `${constants}x-request-id: ${requestId}\r\n${limited}etag: ${etag}\r\nx-cache: HIT\r\n${place.lines}`;
    const given = headers['if-none-match'];
    const status = given !== undefined && namesEtag(given, etag) ? 304 : 200;
    if (status === 304) answers.notModified(response, lines);
    else answers.ok(response, lines, hit.presented);
    telemetry.limiterDecision('anonymous', 'allowed', decision.source);
    const ms = performance.now() - startedAt;
    telemetry.answered(place.route, status, ms);
    if (debug) log.debug({ requestId, status, ms: Math.round(ms) }, `GET ${pathOf(request.url!)}`);
  }

  return {
    learn(url, place) {
      if (places.size >= MAX_PLACES) places.clear();
      places.set(url, place);
    },

    before: (framework) => (request, response) => {
      const place = places.get(request.url!);
      if (place === undefined || !isOrdinary(request, response) || isClosing()) return framework(request, response);
      const startedAt = performance.now();
      let waiting = 2;
      let hit: CacheResult | undefined;
      let decision: Decision | undefined;
      const arrived = (): void => {
        waiting -= 1;
        if (waiting > 0) return;
        if (hit !== undefined && decision!.allowed) return answer(request, response, place, hit, decision!, startedAt);
        limits.decided(request, decision!);
        framework(request, response);
      };
      const here = cache.peek(place.target, (found) => {
        if (found !== undefined && place.isOpen(found)) hit = found;
        arrived();
      });
      if (!here) return framework(request, response);
      limiter.ask(subjectOfIp(addressOf(request)), (decided) => {
        decision = decided;
        arrived();
      });
    },
  };
}

/** A request of which nothing but its address decides what it gets. */
function isOrdinary({ method, headers, httpVersion }: IncomingMessage, { shouldKeepAlive }: ServerResponse): boolean {
  return method === 'GET' && httpVersion === '1.1' && shouldKeepAlive && headers.host !== undefined &&
    headers.authorization === undefined && headers.origin === undefined && headers.expect === undefined && !hasBody(headers);
}
