import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { LiveRefusal } from '../../kernel/telemetry.ts';
import { Problem } from '../../kernel/problem.ts';
import { problemBody, problemHeaders, type RequestIds, securityHeaders } from '../shared/index.ts';
import { isLivePath, LIVE_PATH, type Refusal } from './upgrades.ts';

interface Deps {
  /** Why this one may not begin, if it may not. */
  readonly refusalOf: (request: IncomingMessage) => Refusal | undefined;
  /** Why its page may ask nothing here, if it may not. */
  readonly strangeOrigin: (request: IncomingMessage) => Refusal | undefined;
  readonly accept: RequestListener;
  readonly onRefused: (reason: LiveRefusal) => void;
  readonly requestIds: RequestIds;
  readonly https: boolean;
}

/**
 * Takes the long polls of an HTTP server, with which clients of Socket.IO begin by default before they turn to a WebSocket,
 * and with which they stay where none gets through. All other requests go where they went.
 */
export function takePolling(server: Server, { refusalOf, strangeOrigin, accept, onRefused, requestIds, https }: Deps): void {
  const constants = securityHeaders({ https });
  const others = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { url } = request;
    // Asked of every request: the cheap question first.
    if (!url!.startsWith(LIVE_PATH) || !isLivePath(url!)) {
      for (const other of others) other.call(server, request, response);
      return;
    }
    const requestId = requestIds(request);
    for (const [name, value] of Object.entries(constants)) response.setHeader(name, value);
    response.setHeader('x-request-id', requestId).setHeader('cache-control', 'no-store');
    const refusal = reasonAgainst(request);
    if (refusal === undefined) return accept(request, response);
    onRefused(refusal.reason);
    response.writeHead(refusal.problem.status, { ...problemHeaders(refusal.problem), connection: 'close' });
    response.end(JSON.stringify(problemBody(refusal.problem, requestId)));
  });

  /** A connection that exists already is not refused for being one of too many. */
  function reasonAgainst(request: IncomingMessage): Refusal | undefined {
    const { searchParams } = new URL(request.url!, 'http://localhost');
    // Without an upgrade: engine.io would answer in words of its own.
    if (searchParams.get('transport') !== 'polling') return NO_TRANSPORT;
    return searchParams.has('sid') ? strangeOrigin(request) : refusalOf(request);
  }
}

const NO_TRANSPORT: Refusal = {
  reason: 'protocol', problem: new Problem('request.invalid', { detail: 'This is where clients of Socket.IO connect' }),
};
