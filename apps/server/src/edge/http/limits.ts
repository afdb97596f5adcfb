import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Decision, type RateLimiter, subjectOfIp } from '@watchparty/redis-kit/rate-limit';
import { Problem } from '../../kernel/problem.ts';
import type { Route } from '../../kernel/route.ts';
import type { Telemetry } from '../../kernel/telemetry.ts';

export interface Limiters {
  /** Per address, for those who are not signed in. */
  readonly anonymous: RateLimiter;
  /** Per user, whatever addresses they come from. */
  readonly user: RateLimiter;
  /** Per address, for routes that take passwords. */
  readonly auth: RateLimiter;
}

interface Pending {
  readonly policy: keyof Limiters;
  readonly limiter: RateLimiter;
  readonly decision: Promise<Decision>;
}

declare module 'fastify' {
  interface FastifyRequest {
    limit: Pending | undefined;
  }
}

export interface Limits {
  /** Asks, and does not wait: the question travels with what else this turn asks Redis. */
  ask(request: FastifyRequest, route: Route): void;
  /** This policy has decided on a request already: there it is not counted again. */
  decided(request: IncomingMessage, policy: keyof Limiters, decision: Decision): void;
  /** Waits for the answer, tells it in the reply's headers, and refuses with `ratelimit.exceeded`. */
  settle(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

export function createLimits(limiters: Limiters, telemetry: Telemetry): Limits {
  const decidedEarly = new WeakMap<IncomingMessage, Pending>();

  function pend(request: FastifyRequest, policy: keyof Limiters, subject: string): void {
    const early = decidedEarly.get(request.raw);
    const limiter = limiters[policy];
    request.limit = early?.policy === policy ? early : { policy, limiter, decision: limiter.check(subject) };
  }

  return {
    ask(request, route) {
      if (route.limit === 'none') return;
      const { actor } = request;
      if (route.limit === 'auth') pend(request, 'auth', subjectOfIp(request.ip));
      else if (actor === undefined) pend(request, 'anonymous', subjectOfIp(request.ip));
      else pend(request, 'user', String(actor.userId));
    },

    decided(request, policy, decision) {
      decidedEarly.set(request, { policy, limiter: limiters[policy], decision: Promise.resolve(decision) });
    },

    async settle(request, reply) {
      const { limit } = request;
      if (limit === undefined) return;
      const decision = await limit.decision;
      // An answer may be settled twice: before a load, and before it is sent.
      request.limit = undefined;
      telemetry.limiterDecision(limit.policy, decision.allowed ? 'allowed' : 'refused', decision.source);
      const headers = limit.limiter.headers(decision);
      reply.headers({ ...headers });
      if (decision.allowed) return;
      throw new Problem('ratelimit.exceeded', {
        detail: limit.limiter.message,
        retryAfterSeconds: Math.ceil(decision.retryAfterMs / 1000),
      });
    },
  };
}
