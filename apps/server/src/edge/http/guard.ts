import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../../kernel/identity.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Route } from '../../kernel/route.ts';
import type { Limits } from './limits.ts';
import { namesOneHost } from './one-host.ts';

/**
 * Decides before anything of the body is read who asks, and refuses those who may not call the route at all.
 * A token that does not hold is refused on open routes too: its owner believes to be signed in.
 */
export function guard(app: FastifyInstance, { authenticate }: Pick<Identity, 'authenticate'>, limits: Limits): void {
  app.decorateRequest('actor', undefined);
  app.decorateRequest('limit', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    if (!namesOneHost(request.raw)) return done(new Problem('request.invalid', { detail: 'There is more than one Host header' }));
    const { route } = request.routeOptions.config;
    if (route === undefined) return done();
    const authorization = route.ignoresToken === true ? undefined : request.headers.authorization;
    if (authorization === undefined && route.access === 'anyone') {
      limits.ask(request, route);
      return done();
    }
    void ask(request, reply, route, authorization, done);
  });

  async function ask(
    request: FastifyRequest, reply: FastifyReply, route: Route, authorization: string | undefined, done: (error?: Error) => void,
  ): Promise<void> {
    try {
      await admit(request, reply, route, authorization);
    } catch (error) {
      return done(error instanceof Error ? error : new Error('Something that is no error was thrown', { cause: error }));
    }
    done();
  }

  async function admit(request: FastifyRequest, reply: FastifyReply, route: Route, authorization: string | undefined): Promise<void> {
    if (authorization !== undefined) {
      const [scheme, token, ...rest] = authorization.split(' ');
      try {
        if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0) throw new Problem('auth.token_invalid');
        request.actor = await authenticate(token);
      } catch (error) {
        // Whoever tries tokens is counted as the stranger they are.
        limits.ask(request, route);
        await limits.settle(request, reply);
        throw error;
      }
    }
    limits.ask(request, route);
    if (route.access === 'anyone') return;
    if (request.actor === undefined || (route.access === 'admin' && request.actor.role !== 'admin')) {
      await limits.settle(request, reply);
    }
    if (request.actor === undefined) throw new Problem('auth.required');
    const { guestOf } = request.actor;
    if (guestOf !== undefined && !admitsGuest(route, request.params, guestOf)) throw new Problem('auth.guest_forbidden');
    if (route.access === 'admin' && request.actor.role !== 'admin') throw new Problem('auth.forbidden');
  }
}

function admitsGuest({ guests }: Route, params: unknown, roomId: number): boolean {
  if (guests === undefined) return false;
  return guests.room === undefined || (params as Readonly<Record<string, unknown>>)[guests.room] === String(roomId);
}
