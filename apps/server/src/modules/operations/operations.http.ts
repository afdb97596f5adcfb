import { ApiHealth, Health } from '@watchparty/protocol';
import Type from 'typebox';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Operations } from './operations.ts';

export function operationsRoutes(operations: Operations): Route[] {
  const tag = 'Operations';
  return [
    jsonRoute({
      method: 'GET', path: '/api/health', id: 'apiHealth', tag, limit: 'none', access: 'anyone', ignoresToken: true, envelope: false,
      summary: 'Whether the API runs, and whether it has its Redis', response: ApiHealth,
      handle: async () => operations.apiHealth(),
    }),
    jsonRoute({
      method: 'GET', path: '/health', id: 'health', tag, limit: 'none', access: 'anyone', ignoresToken: true, envelope: false,
      summary: 'The parts the server rests on, for monitors', response: Health,
      handle: () => operations.health(),
    }),
    jsonRoute({
      method: 'GET', path: '/health/ready', id: 'ready', tag, limit: 'none', access: 'anyone', ignoresToken: true,
      summary: 'Whether this node should get requests: 503 while its database is away',
      response: Type.Object({ ready: Type.Literal(true) }, { additionalProperties: false }),
      async handle() {
        const { database } = await operations.health();
        if (database.status !== 'healthy') throw new Problem('service.unavailable', { retryAfterSeconds: 2 });
        return { ready: true as const };
      },
    }),
  ];
}
