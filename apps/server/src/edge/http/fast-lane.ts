import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Cache, CacheResult, CacheTarget } from '@watchparty/redis-kit/cache';
import type { Decision } from '@watchparty/redis-kit/rate-limit';
import type { Actor } from '../../kernel/actor.ts';
import type { Log } from '../../kernel/log.ts';
import type { JsonRoute } from '../../kernel/route.ts';
import type { Telemetry } from '../../kernel/telemetry.ts';
import type { RequestIds } from '../shared/index.ts';
import { pathOf } from './access-log.ts';
import type { Caller, Callers } from './callers.ts';
import { namesEtag } from './etags.ts';
import type { Limiters, Limits } from './limits.ts';
import { namesOneHost } from './one-host.ts';
import { headerLines, type ReadyAnswers } from './ready-answer.ts';
import { hasBody } from './unread-body.ts';
import { createUsersTargets } from './users-targets.ts';

/** Where an address leads, as the framework found it. */
export interface Place {
  readonly route: JsonRoute;
  /** The entry that everybody gets; undefined: each user has their own, and who is not signed in none. */
  readonly target: CacheTarget | undefined;
  readonly targetFor: (userId: number) => CacheTarget | undefined;
  /** What gives this caller the right to read it, where not everybody has it. */
  readonly right?: {
    readonly targetFor: (userId: number) => CacheTarget;
    readonly isGiven: (hit: CacheResult, actor: Actor) => boolean;
  };
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
  readonly framework: RequestListener;
  readonly place: Place;
  readonly caller: Caller;
  readonly startedAt: number;
  page: CacheResult | undefined;
  session: CacheResult | undefined;
  right: CacheResult | undefined;
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
  const targetOf = createUsersTargets();

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
    callers.seen(caller);
    telemetry.limiterDecision(caller.policy, 'allowed', decision.source);
    const ms = performance.now() - startedAt;
    telemetry.answered(place.route, status, ms);
    if (debug) {
      log.debug({ requestId, status, ms: Math.round(ms), userId: caller.signedIn?.claims.userId }, `GET ${pathOf(request.url!)}`);
    }
  }

  function mayServe({ place, caller: { signedIn }, session, right }: Passage, page: CacheResult): boolean {
    if (!place.isOpen(page)) return false;
    if (signedIn === undefined) return place.right === undefined;
    const actor = session && callers.actorOf(session, signedIn.claims);
    // What guests may read is decided by the guard.
    if (actor === undefined || actor.guestOf !== undefined) return false;
    return place.right === undefined || (right !== undefined && place.right.isGiven(right, actor));
  }

  /** False: there is none here. */
  function seek(passage: Passage, what: 'page' | 'session' | 'right', target: CacheTarget): boolean {
    // Counted before it is asked for: what needs no question arrives within the call.
    passage.waiting += 1;
    const isHere = cache.peek(target, (found) => {
      passage[what] = found;
      arrived(passage);
    });
    if (!isHere) passage.waiting -= 1;
    return isHere;
  }

  function arrived(passage: Passage): void {
    passage.waiting -= 1;
    if (passage.waiting > 0) return;
    const { request, response, framework, page, decision, caller: { policy } } = passage;
    if (page !== undefined && decision!.allowed && mayServe(passage, page)) return answer(passage, page, decision!);
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
      const target = caller && (place.target ?? (caller.signedIn && targetOf(place.targetFor, caller.signedIn.claims.userId)));
      if (target === undefined) return framework(request, response);
      const { policy, subject, signedIn } = caller!;
      const passage: Passage = {
        request, response, framework, place, caller: caller!, startedAt, waiting: 1,
        page: undefined, session: undefined, right: undefined, decision: undefined,
      };
      if (!seek(passage, 'page', target)) return framework(request, response);
      if (signedIn !== undefined) {
        seek(passage, 'session', signedIn.session);
        if (place.right !== undefined) seek(passage, 'right', targetOf(place.right.targetFor, signedIn.claims.userId)!);
      }
      limiters[policy].ask(subject, (decision) => {
        passage.decision = decision;
        arrived(passage);
      });
    },
  };
}

/** A request of which nothing but its address and its token decides what it gets. */
function isOrdinary(request: IncomingMessage, { shouldKeepAlive }: ServerResponse): boolean {
  const { method, headers, httpVersion } = request;
  return method === 'GET' && httpVersion === '1.1' && shouldKeepAlive && headers.host !== undefined &&
    headers.origin === undefined && headers.expect === undefined && !hasBody(headers) && namesOneHost(request);
}
