import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Cache, CacheResult, CacheTarget } from '@watchparty/redis-kit/cache';
import type { Decision } from '@watchparty/redis-kit/rate-limit';
import type { Log } from '../../kernel/log.ts';
import type { JsonRoute } from '../../kernel/route.ts';
import type { Telemetry } from '../../kernel/telemetry.ts';
import { pathOf } from './access-log.ts';
import type { Caller, Callers } from './callers.ts';
import { namesEtag } from './etags.ts';
import type { Limiters, Limits } from './limits.ts';
import { headerLines, type ReadyAnswers } from './ready-answer.ts';
import type { RequestIds } from './request-ids.ts';
import { hasBody } from './unread-body.ts';

/** Where an address leads, as the framework found it. */
export interface Place {
  readonly route: JsonRoute;
  /** Which entry this caller gets; undefined: who is not signed in gets none. */
  readonly targetFor: (userId: number | undefined) => CacheTarget | undefined;
  /** Header lines that every answer from there has. */
  readonly lines: string;
  /** Whether everybody may see this value. */
  readonly isOpen: (hit: CacheResult) => boolean;
}

export interface FastLane {
  knows(url: string): boolean;
  /** From now on requests for this very address look here first. */
  learn(url: string, place: Place): void;
  /** Puts the lane before the framework. */
  before(framework: RequestListener): RequestListener;
}

interface Deps {
  readonly cache: Cache;
  readonly callers: Callers;
  readonly limiters: Limiters;
  readonly limits: Pick<Limits, 'decided'>;
  readonly answers: ReadyAnswers;
  readonly requestIds: RequestIds;
  readonly constantHeaders: Readonly<Record<string, string>>;
  readonly isClosing: () => boolean;
  readonly log: Log;
  readonly telemetry: Telemetry;
}

/** Addresses with queries are without number; the lane then begins anew. */
const MAX_PLACES = 10_000;

/** One request on its way through the lane, and what has come for it so far. */
interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly place: Place;
  readonly caller: Caller;
  readonly startedAt: number;
  page: CacheResult | undefined;
  session: CacheResult | undefined;
  decision: Decision | undefined;
  /** How much is still to come. */
  waiting: number;
}

/**
 * Answers reads from this process's cache without the framework: at full load its hooks and objects cost more than all
 * that such a request needs. The page, the caller's session and the rate limit are asked for in one turn. Whatever is out
 * of the ordinary goes the long way, and so does every request for which not all was found; both ways give the same
 * answer, and whatever is refused is refused there.
 */
export function createFastLane(deps: Deps): FastLane {
  const { cache, callers, limiters, limits, answers, requestIds, isClosing, log, telemetry } = deps;
  const constants = headerLines(deps.constantHeaders);
  const debug = log.isLevelEnabled('debug');
  const places = new Map<string, Place>();

  function answer({ request, response, place, caller, startedAt }: Passage, page: CacheResult, decision: Decision): void {
    const requestId = requestIds(request);
    const etag = `W/"${page.etag}"`;
    const { 'RateLimit-Policy': policy, RateLimit: limit } = limiters[caller.policy].headers(decision);
    const limited = policy === undefined ? '' : `ratelimit-policy: ${policy}\r\nratelimit: ${limit}\r\n`;
    const lines = `${constants}x-request-id: ${requestId}\r\n${limited}etag: ${etag}\r\nx-cache: HIT\r\n${place.lines}`;
    const given = request.headers['if-none-match'];
    const status = given !== undefined && namesEtag(given, etag) ? 304 : 200;
    if (status === 304) answers.notModified(response, lines);
    else answers.ok(response, lines, page.presented);
    telemetry.limiterDecision(caller.policy, 'allowed', decision.source);
    const ms = performance.now() - startedAt;
    telemetry.answered(place.route, status, ms);
    if (debug) {
      log.debug({ requestId, status, ms: Math.round(ms), userId: caller.signedIn?.claims.userId }, `GET ${pathOf(request.url!)}`);
    }
  }

  function arrived(passage: Passage, framework: RequestListener): void {
    passage.waiting -= 1;
    if (passage.waiting > 0) return;
    const { request, response, place, caller: { policy, signedIn }, page, session, decision } = passage;
    const known = signedIn === undefined || (session !== undefined && callers.holds(session, signedIn.claims));
    if (known && page !== undefined && decision!.allowed && place.isOpen(page)) return answer(passage, page, decision!);
    limits.decided(request, policy, decision!);
    framework(request, response);
  }

  return {
    knows: (url) => places.has(url),
    learn(url, place) {
      if (places.size >= MAX_PLACES) places.clear();
      places.set(url, place);
    },

    before: (framework) => (request, response) => {
      const place = places.get(request.url!);
      if (place === undefined || !isOrdinary(request, response) || isClosing()) return framework(request, response);
      const startedAt = performance.now();
      const caller = callers.of(request);
      const target = caller && place.targetFor(caller.signedIn?.claims.userId);
      if (target === undefined) return framework(request, response);
      const passage: Passage = {
        request, response, place, caller: caller!, startedAt, page: undefined, session: undefined, decision: undefined, waiting: 2,
      };
      const isHere = cache.peek(target, (page) => {
        passage.page = page;
        arrived(passage, framework);
      });
      if (!isHere) return framework(request, response);
      if (caller!.signedIn !== undefined) {
        const sessionIsHere = cache.peek(caller!.signedIn.session, (session) => {
          passage.session = session;
          arrived(passage, framework);
        });
        if (sessionIsHere) passage.waiting += 1;
      }
      limiters[caller!.policy].ask(caller!.subject, (decision) => {
        passage.decision = decision;
        arrived(passage, framework);
      });
    },
  };
}

/** A request of which nothing but its address and its token decides what it gets. */
function isOrdinary({ method, headers, httpVersion }: IncomingMessage, { shouldKeepAlive }: ServerResponse): boolean {
  return method === 'GET' && httpVersion === '1.1' && shouldKeepAlive && headers.host !== undefined &&
    headers.origin === undefined && headers.expect === undefined && !hasBody(headers);
}
