import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProblemDetails } from '@watchparty/protocol';
import { Server, type Socket } from 'socket.io';

export interface Handshake {
  readonly token: unknown;
  /** The address that was asked for. */
  readonly url: string;
}

/** What a handler answers instead of data; undefined lets the client wait. */
export class Refusal {
  readonly problem: object;
  constructor(code: ProblemDetails['code'], status: number, more: object = {}) {
    this.problem = { success: false, type: 'about:blank', title: code, status, detail: code, code, errors: [], requestId: 'r', ...more };
  }
}
/** Says nothing at all. */
export const SILENCE = Symbol('silence');

type Handler = (body: never, socket: Socket) => unknown;
type Route = (query: URLSearchParams, body: unknown) => unknown;

/** A server that does as it is told: Socket.IO and HTTP on one port, each answer by a function. */
export interface LiveServer {
  readonly url: string;
  readonly handshakes: readonly Handshake[];
  readonly sockets: ReadonlySet<Socket>;
  /** What clients sent, by event. */
  readonly received: (event: string) => readonly unknown[];
  /** Decides about each handshake; throws a Refusal. */
  admit: (token: unknown) => void;
  on(event: string, handler: Handler): void;
  /** Answers `{data}`; a Refusal refuses. By method and path, as in `GET /api/x`. */
  route(route: string, answer: Route): void;
  tell(event: string, payload: unknown): void;
  /** Breaks all connections without a word. */
  cut(): void;
  /** As if it had gone; `rise` brings it back to the same port. */
  fall(): Promise<void>;
  rise(): Promise<void>;
  close(): Promise<void>;
}

export async function startLiveServer(): Promise<LiveServer> {
  const handlers = new Map<string, Handler>();
  const routes = new Map<string, Route>();
  const received = new Map<string, unknown[]>();
  const handshakes: Handshake[] = [];
  const sockets = new Set<Socket>();
  let port = 0;
  let stop: (() => Promise<void>) | undefined;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    const route = routes.get(`${request.method} ${url.pathname}`);
    const answer = route === undefined ? new Refusal('route.not_found', 404) : await route(url.searchParams, body);
    const [status, content] = answer instanceof Refusal ? [(answer.problem as ProblemDetails).status, answer.problem] : [200, { success: true, data: answer }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  }

  async function serve(socket: Socket, name: string, body: unknown, acknowledge: unknown): Promise<void> {
    received.set(name, [...(received.get(name) ?? []), body]);
    const answer = await handlers.get(name)?.(body as never, socket);
    if (answer === SILENCE || typeof acknowledge !== 'function') return;
    acknowledge(answer instanceof Refusal ? answer.problem : { success: true, data: answer ?? null });
  }

  const server: LiveServer = {
    url: '',
    handshakes, sockets,
    received: (event) => received.get(event) ?? [],
    admit: () => {},
    on: (event, handler) => void handlers.set(event, handler),
    route: (route, answer) => void routes.set(route, answer),
    tell: (event, payload) => sockets.forEach((socket) => socket.emit(event, payload)),
    cut: () => sockets.forEach((socket) => socket.conn.close(true)),
    async rise() {
      const http = createServer((request, response) => void respond(request, response));
      const io = new Server(http, { serveClient: false, transports: ['websocket'] });
      io.use((socket, next) => {
        const { token } = socket.handshake.auth as { token: unknown };
        handshakes.push({ token, url: socket.request.url ?? '' });
        try {
          server.admit(token);
          next();
        } catch (refusal) {
          next(Object.assign(new Error('refused'), { data: (refusal as Refusal).problem }));
        }
      });
      io.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('disconnect', () => sockets.delete(socket));
        socket.onAny((name: string, body: unknown, acknowledge: unknown) => void serve(socket, name, body, acknowledge));
      });
      http.listen(port, '127.0.0.1');
      await once(http, 'listening');
      ({ port } = http.address() as AddressInfo);
      stop = async () => {
        const closed = once(http, 'close');
        await io.close();
        http.closeAllConnections();
        await closed;
      };
    },
    async fall() {
      await stop?.();
      stop = undefined;
    },
    close: () => server.fall(),
  };
  await server.rise();
  return Object.assign(server, { url: `http://127.0.0.1:${port}` });
}
