import { ApiHealth, CacheCleared, CacheStats, Figures, FiguresQuery, Health } from '@watchparty/protocol';
import Type from 'typebox';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, rawRoute, type Route } from '../../kernel/route.ts';
import type { Operations } from './operations.ts';
import { isFromNear } from './private-address.ts';

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
        if (!(await operations.ready())) throw new Problem('service.unavailable', { retryAfterSeconds: 2 });
        return { ready: true as const };
      },
    }),
    rawRoute({
      method: 'GET', path: '/metrics', id: 'metrics', tag, limit: 'none', access: 'anyone',
      summary: 'Figures of this node for Prometheus',
      description:
        'Open to requests that come straight from a loopback or private address; through a proxy or from elsewhere ' +
        'an administrator’s token is needed.',
      errors: ['auth.required', 'auth.forbidden'],
      produces: { 200: { description: 'Prometheus’ text format', contentTypes: ['text/plain'] } },
      async handle({ actor, ip, headers }) {
        if (actor?.role !== 'admin' && !isFromNear(ip, headers)) {
          throw new Problem(actor === undefined ? 'auth.required' : 'auth.forbidden');
        }
        const { contentType, text } = await operations.metrics();
        return { status: 200, headers: { 'content-type': contentType, 'cache-control': 'no-store' }, body: text };
      },
    }),
    jsonRoute({
      method: 'GET', path: '/api/admin/figures', id: 'figures', tag, access: 'admin',
      summary: 'Figures of this node over its last hour', query: FiguresQuery, response: Figures,
      description:
        'Requests, cache, rate limits, live connections and queues, a point every few seconds. Kept in memory: they begin ' +
        'with the node. Ask again with `node` and the last `at` as `after` to get only what is new.',
      handle: async ({ query }) => operations.figures.read(query),
    }),
    jsonRoute({
      method: 'GET', path: '/api/admin/cache/stats', id: 'cacheStats', tag, access: 'admin',
      summary: 'Keys, memory and hits of the cache, by namespace', response: CacheStats,
      description: 'Keys are those of the store, which all nodes share; hits and misses are this node’s, since its start.',
      handle: () => operations.cache.stats(),
    }),
    jsonRoute({
      method: 'POST', path: '/api/admin/cache/clear', id: 'clearCache', tag, access: 'admin',
      summary: 'Clear the cache: its entries only, never queues, sessions or rate limits', response: CacheCleared,
      handle: async ({ write }) => ({ keys: await operations.cache.clear(write) }),
    }),
  ];
}
