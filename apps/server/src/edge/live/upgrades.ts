import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LiveRefusal } from '../../kernel/telemetry.ts';
import { Problem } from '../../kernel/problem.ts';
import { problemBody, problemHeaders, type RequestIds } from '../shared/index.ts';

export const LIVE_PATH = '/socket.io';

export const isLivePath = (url: string): boolean => /^\/socket\.io\/?(?:\?|$)/.test(url);

export interface Refusal {
  readonly reason: LiveRefusal;
  readonly problem: Problem;
}

interface Deps {
  /** Why this one may not, if it may not. */
  readonly refusalOf: (request: IncomingMessage) => Refusal | undefined;
  readonly accept: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly onRefused: (reason: LiveRefusal) => void;
  readonly requestIds: RequestIds;
}

/** Takes the WebSockets of an HTTP server. Those that are refused are told by problem details, before there is a WebSocket. */
export function takeUpgrades(server: Server, { refusalOf, accept, onRefused, requestIds }: Deps): void {
  // Other upgrades, such as the HTTP/2 that some programs offer with each request, are none: HTTP/1.1 answers. (Node 24.9 and newer ask.)
  Object.assign(server, { shouldUpgradeCallback: isOurs });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Nothing here may be a function that knows the request and stays: it would be kept as long as the connection.
    const refusal = isOurs(request) ? refusalOf(request) : NOT_FOUND;
    if (refusal !== undefined) return refuse(request, socket, refusal);
    try {
      accept(request, socket, head);
    } catch (cause) {
      // Addresses that are none, to begin with.
      refuse(request, socket, { reason: 'protocol', problem: new Problem('request.invalid', { cause }) });
    }
  });

  function refuse(request: IncomingMessage, socket: Duplex, { reason, problem }: Refusal): void {
    onRefused(reason);
    // What becomes of it is told by its end.
    socket.on('error', ignore);
    answer(socket, problem, requestIds(request));
  }
}

const NOT_FOUND: Refusal = { reason: 'protocol', problem: new Problem('route.not_found') };

const ignore = (): void => {};

/** Whether a request asks for a WebSocket of ours. */
const isOurs = ({ url = '', headers }: IncomingMessage): boolean =>
  isLivePath(url) && headers.upgrade?.toLowerCase() === 'websocket';

function answer(socket: Duplex, problem: Problem, requestId: string): void {
  const body = JSON.stringify(problemBody(problem, requestId));
  const headers = {
    ...problemHeaders(problem), 'x-request-id': requestId, 'content-length': String(Buffer.byteLength(body)), connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines}\r\n${body}`);
}
