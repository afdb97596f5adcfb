import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import { problemBody, problemHeaders, type RequestIds } from '../shared/index.ts';

const CODES = new Map<string | undefined, ErrorCode>([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request.timeout'],
  ['HPE_HEADER_OVERFLOW', 'request.headers_too_large'],
]);

interface Deps {
  readonly constantHeaders: Readonly<Record<string, string>>;
  readonly requestIds: RequestIds;
  /** The answer under way on a connection. */
  readonly answers: WeakMap<Socket, ServerResponse>;
}

/** What is not even HTTP gets an answer that says so, where the socket still takes one; then the connection ends. */
export function createUnreadableHandler({ constantHeaders, requestIds, answers }: Deps) {
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    const answer = answers.get(socket);
    const begun = answer !== undefined && answer.headersSent && !answer.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || begun) return void socket.destroy();
    const code = CODES.get(error.code);
    const problem = code === undefined
      ? new Problem('request.invalid', { detail: 'The request is not readable HTTP' })
      : new Problem(code);
    const requestId = requestIds();
    const body = JSON.stringify(problemBody(problem, requestId));
    const headers = {
      ...constantHeaders,
      ...problemHeaders(problem),
      'x-request-id': requestId,
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines}\r\n${body}`);
  };
}
