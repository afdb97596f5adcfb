import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../kernel/problem.ts';

export interface Drain {
  readonly closing: boolean;
  /** Counts a handler as under way until it has settled, whether or not its client still waits. */
  track<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const CLOSE_IDLE_EVERY_MS = 25;
/** After the connections are cut, handlers get this long to see it and clear away. */
const SETTLE_TIMEOUT_MS = 2000;

/**
 * The end of a server that loses nothing: `close` takes no new connections, refuses new requests on old ones, lets
 * those under way finish for `drainTimeoutMs`, then cuts their connections, and resolves once their handlers are done.
 */
export function createDrain(app: FastifyInstance, drainTimeoutMs: number): Drain {
  let closing = false;
  let underWay = 0;
  let onSettled: (() => void) | undefined;
  const sockets = new Set<Socket>();

  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    if (!closing) return done();
    done(new Problem('service.unavailable', { detail: 'The server is stopping', retryAfterSeconds: 2 }));
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });

  return {
    get closing() {
      return closing;
    },
    async track(work) {
      underWay += 1;
      try {
        return await work();
      } catch (thrown) {
        // Anything can be thrown; what comes after us expects errors.
        throw thrown instanceof Error ? thrown : new Error('Something that is no error was thrown', { cause: thrown });
      } finally {
        underWay -= 1;
        if (underWay === 0) onSettled?.();
      }
    },
    async close() {
      closing = true;
      // Answers that had begun before went out as keep-alive: their connections fall idle one by one.
      const closeIdle = setInterval(() => {
        app.server.closeIdleConnections();
        // Browsers connect in advance; to Node such a connection is not idle but about to ask.
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      }, CLOSE_IDLE_EVERY_MS);
      const cutOff = setTimeout(() => app.server.closeAllConnections(), drainTimeoutMs);
      await app.close();
      clearInterval(closeIdle);
      clearTimeout(cutOff);
      if (underWay === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SETTLE_TIMEOUT_MS);
        onSettled = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
