import type { FastifyInstance } from 'fastify';
import { Problem } from '../../kernel/problem.ts';
import type { Route } from '../../kernel/route.ts';

const ALL = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const;

/** Known addresses answer OPTIONS, and refuse other methods with 405, both naming the methods they know. */
export function answerOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    const known: string[] = ofPath.map((route) => route.method);
    if (known.includes('GET')) known.push('HEAD');
    const allow = [...known, 'OPTIONS'].join(', ');
    app.route({
      method: 'OPTIONS',
      url: path,
      handler: async (_request, reply) => reply.code(204).header('allow', allow).send(),
    });
    app.route({
      method: ALL.filter((method) => !known.includes(method)),
      url: path,
      onRequest: async () => {
        throw new Problem('route.method_not_allowed', { headers: { allow } });
      },
      handler: async () => undefined,
    });
  }
}
