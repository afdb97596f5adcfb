import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** How long a client that is still sending may take to see its answer. */
const LINGER_MS = 1000;
/** What is read of a refused body and thrown away, before the sender is left waiting. */
const DISCARD_BYTES = 1024 * 1024;
/** Less than this is read to its end, so that the connection can be used again. */
const SMALL_BYTES = 64 * 1024;

export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** Clients that send their headers with `Expect: 100-continue` and wait before they send the body. */
export interface Continues {
  isWaiting(request: IncomingMessage): boolean;
  /** Asks for the body, if the client waits to be asked. */
  proceed(request: IncomingMessage, response: ServerResponse): void;
}

/** Lets requests be refused before their body is asked for. */
export function holdBackContinue(app: FastifyInstance): Continues {
  const waiting = new WeakSet<IncomingMessage>();
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request);
    app.routing(request, response);
  });
  // Other expectations may be ignored (RFC 9110 §10.1.1).
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    app.routing(request, response);
  });
  return {
    isWaiting: (request) => waiting.has(request),
    proceed(request, response) {
      if (waiting.delete(request)) response.writeContinue();
    },
  };
}

/**
 * Answers that are given while the body is still arriving: a refused upload, a body that is too large. The answer goes
 * out at once and the connection ends with it, but not before the client has had time to read it: a socket closed on
 * unread bytes takes the answer with it. Of the body little more than what is under way is read.
 */
export function answerUnreadBodies(app: FastifyInstance, continues: Continues): void {
  app.addHook('onSend', (request, reply, payload: unknown, done) => {
    const { raw } = request;
    if (!hasBody(raw.headers) || raw.complete) return done(null, payload);
    const length = Number(raw.headers['content-length']);
    if (length <= SMALL_BYTES && !continues.isWaiting(raw)) return done(null, payload);
    reply.header('connection', 'close');
    if (typeof payload !== 'string' || payload === '' || raw.method === 'HEAD') return done(null, payload);
    reply.header('content-length', Buffer.byteLength(payload));
    done(null, lingering(raw, payload));
  });
}

/** `payload` as a stream that has all of it at once, and ends when the client has stopped sending or had its time. */
function lingering(request: IncomingMessage, payload: string): Readable {
  const answer = new Readable({ read: () => undefined });
  answer.push(payload);
  let discarded = 0;
  const discard = (chunk: Buffer): void => {
    discarded += chunk.length;
    if (discarded >= DISCARD_BYTES) request.pause();
  };
  const finish = (): void => {
    clearTimeout(timer);
    request.off('data', discard).off('end', finish).off('close', finish);
    answer.push(null);
  };
  const timer = setTimeout(finish, LINGER_MS);
  if (request.destroyed) finish();
  else request.on('data', discard).on('end', finish).on('close', finish).resume();
  return answer;
}
