import type { FastifyInstance } from 'fastify';
import type { Log } from '../../kernel/log.ts';
import type { Telemetry } from '../../kernel/telemetry.ts';

const MAX_PATH = 200;

/** Counts each answer, and writes a line of it at debug. Of the address only the path: queries may hold signatures and tokens. */
export function logAccess(app: FastifyInstance, log: Log, telemetry: Telemetry): void {
  app.addHook('onResponse', (request, reply, done) => {
    telemetry.answered(request.routeOptions.config.route, reply.statusCode, reply.elapsedTime);
    if (log.isLevelEnabled('debug')) {
      const { id: requestId, actor } = request;
      const line = { requestId, status: reply.statusCode, ms: Math.round(reply.elapsedTime), userId: actor?.userId };
      log.debug(line, `${request.method} ${pathOf(request.url)}`);
    }
    done();
  });
}

export const pathOf = (url: string): string => url.split('?', 1)[0]!.slice(0, MAX_PATH);
