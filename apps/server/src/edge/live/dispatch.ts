import { setTimeout as delay } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { Compile } from 'typebox/compile';
import type { RateLimiter } from '@watchparty/redis-kit/rate-limit';
import type { Clock } from '../../kernel/clock.ts';
import type { LiveHandler, LiveModule } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { LiveTelemetry } from '../../kernel/telemetry.ts';
import type { Write } from '../../kernel/write.ts';
import { type Check, compileBody, refuseUnsafe, type RequestIds, toProblem } from '../shared/index.ts';
import type { Connection } from './connection.ts';
import { MAX_EVENT_CHARS, UNREAD } from './packets.ts';
import { type Refusal, refusal } from './refusal.ts';

type Answer = { readonly success: true; readonly data: unknown } | Refusal;

interface Deps {
  readonly modules: readonly LiveModule[];
  readonly limiter: RateLimiter;
  readonly write: Write;
  readonly clock: Clock;
  readonly requestIds: RequestIds;
  readonly log: Log;
  readonly telemetry: LiveTelemetry;
}

interface Served {
  readonly handler: LiveHandler;
  readonly check: Check;
  readonly checkReply: (data: unknown) => void;
}

export interface Dispatch {
  /** Does what a client asks for with one event, and gives the acknowledgement. Never rejects. */
  answer(connection: Connection, name: unknown, given: readonly unknown[]): Promise<Answer>;
  /** Refuses from now on, and resolves when nothing is under way or `timeoutMs` have passed. */
  drain(timeoutMs: number): Promise<void>;
}

/** More than any client has reason to ask for at once; each holds what it needs until it is done. */
const MAX_UNDER_WAY = 64;

/** In ten seconds, of what clients send by themselves: their pings are 60 at most. */
const MAX_FREE = 200;

/** Events of one connection are begun in their order; a client that needs one to end before the next waits for its acknowledgement. */
export function createDispatch({ modules, limiter, write, clock, requestIds, log, telemetry }: Deps): Dispatch {
  let closing = false;
  let underWay = 0;
  let onSettled: (() => void) | undefined;
  const served = new Map<string, Served>();
  for (const handler of modules.flatMap(({ handlers }) => handlers)) {
    const { name, body, reply } = handler.event;
    if (served.has(name)) throw new Error(`Two modules handle ${name}`);
    served.set(name, { handler, check: compileBody(body, { optional: true }), checkReply: compileReply(name, reply) });
  }

  async function handle(connection: Connection, { handler, check, checkReply }: Served, given: readonly unknown[], receivedAtMs: number): Promise<unknown> {
    const { actor } = connection;
    if (connection.underWay > MAX_UNDER_WAY) {
      throw new Problem('ratelimit.exceeded', { detail: 'Too much at once: wait for what is under way', retryAfterSeconds: 1 });
    }
    if (handler.limit !== 'none') await count(actor.userId);
    else if (connection.countFree() > MAX_FREE) throw new Problem('ratelimit.exceeded', { retryAfterSeconds: 10 });
    if (given.length > 1) throw new Problem('request.invalid', { detail: 'An event carries one body at most' });
    refuseUnsafe(given[0], '/body');
    const body = check(given[0]);
    if (actor.guestOf !== undefined && !admitsGuest(handler, body, actor.guestOf)) throw new Problem('auth.guest_forbidden');
    const data = await handler.handle({ socket: connection, actor, body, write, receivedAtMs });
    checkReply(data);
    return data;
  }

  async function count(userId: number): Promise<void> {
    const decision = await limiter.check(String(userId));
    telemetry.limiterDecision('live', decision.allowed ? 'allowed' : 'refused', decision.source);
    if (decision.allowed) return;
    throw new Problem('ratelimit.exceeded', { detail: limiter.message, retryAfterSeconds: Math.ceil(decision.retryAfterMs / 1000) });
  }

  async function answer(connection: Connection, name: unknown, given: readonly unknown[]): Promise<Answer> {
    const receivedAtMs = clock.now();
    const startedAt = performance.now();
    const found = typeof name === 'string' ? served.get(name) : undefined;
    connection.underWay += 1;
    underWay += 1;
    try {
      if (closing) throw new Problem('service.unavailable', { detail: 'The server is stopping', retryAfterSeconds: 1 });
      if (found === undefined) throw unread(name);
      const data = await handle(connection, found, given, receivedAtMs);
      telemetry.liveEvent(found.handler.event.name, 'done', performance.now() - startedAt);
      return { success: true, data };
    } catch (error) {
      const requestId = requestIds();
      const problem = toProblem(error, log.child({ requestId, event: found?.handler.event.name }));
      telemetry.liveEvent(found?.handler.event.name, problem.status >= 500 ? 'failed' : 'refused', performance.now() - startedAt);
      return refusal(problem, requestId);
    } finally {
      connection.underWay -= 1;
      underWay -= 1;
      if (underWay === 0) onSettled?.();
    }
  }

  return {
    answer,
    async drain(timeoutMs) {
      closing = true;
      if (underWay === 0) return;
      const settled = new Promise<void>((resolve) => (onSettled = resolve));
      await Promise.race([settled, delay(timeoutMs, undefined, { ref: false })]);
    },
  };
}

function unread(name: unknown): Problem {
  if (name === UNREAD.tooLarge) return new Problem('request.body_too_large', { detail: `An event may have ${MAX_EVENT_CHARS} characters` });
  if (name === UNREAD.binary) return new Problem('request.invalid', { detail: 'An event carries no bytes' });
  return new Problem('live.event_unknown');
}

function admitsGuest({ guests, event }: LiveHandler, body: unknown, roomId: number): boolean {
  if (guests !== true) return false;
  const { properties } = event.body as { properties?: Record<string, unknown> };
  return properties?.['roomId'] === undefined || (body as { roomId: unknown }).roomId === roomId;
}

function compileReply(name: string, schema: LiveHandler['event']['reply']): (data: unknown) => void {
  const validator = Compile(schema);
  return (data) => {
    if (validator.Check(data)) return;
    throw new Problem('service.internal', {
      cause: new Error(`The answer to ${name} does not fit its schema: ${JSON.stringify(validator.Errors(data)).slice(0, 2000)}`),
    });
  };
}
