import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What the network does to each message on its way, ms. Messages never overtake one another. */
export interface Shape {
  readonly upMs: number;
  readonly downMs: number;
  /** Up to this much more or less, each way. */
  readonly jitterMs: number;
  /** The share of messages that stall, as after a lost packet, and how long that takes. */
  readonly stalls: number;
  readonly stallMs: number;
}

export interface ShapedProxy {
  readonly url: string;
  close(): Promise<void>;
}

interface Options {
  readonly targetUrl: string;
  /** The page's program. */
  readonly script: string;
  readonly shape: Shape | undefined;
  readonly random: () => number;
  /** The machine's one true clock, ms. */
  readonly now: () => number;
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>Viewer</title><video preload="auto" width="320" height="180"></video>
<script type="module" src="/viewer.js"></script>`;

/**
 * One viewer's way to the server: WebSockets are shaped, everything else is passed on as it is. Serves the viewer's
 * page too, so that browsers see one origin, and tells the true time.
 */
export async function openShapedProxy({ targetUrl, script, shape, random, now }: Options): Promise<ShapedProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Duplex>();
  const keep = (socket: Duplex): void => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  };

  function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, headers, url: path } = incoming;
    const onward = request(target, { method, headers, path }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.once('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', targetUrl);
    if (pathname === '/viewer') return void outgoing.setHeader('content-type', 'text/html').end(PAGE);
    if (pathname === '/true-clock') return void outgoing.setHeader('cache-control', 'no-store').end(String(now()));
    if (pathname === '/viewer.js') return void outgoing.setHeader('content-type', 'text/javascript').end(script);
    pass(incoming, outgoing);
  });
  server.on('connection', keep);
  server.on('upgrade', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    const onward = connect(Number(target.port), target.hostname);
    keep(onward);
    for (const socket of [client, onward]) (socket as Socket).setNoDelay(true);
    onward.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${pairs(incoming.rawHeaders)}\r\n\r\n`);
    onward.write(head);
    delayed(client, onward, shape?.upMs, shape, random);
    delayed(onward, client, shape?.downMs, shape, random);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What one turn brings is one message, or a few: WebSocket frames of live rooms are far smaller than a segment. */
function delayed(from: Duplex, to: Duplex, baseMs: number | undefined, shape: Shape | undefined, random: () => number): void {
  let dueMs = 0;
  const later = (act: () => void): void => {
    if (shape === undefined || baseMs === undefined) return act();
    const stallMs = random() < shape.stalls ? shape.stallMs : 0;
    const nowMs = performance.now();
    dueMs = Math.max(dueMs, nowMs + Math.max(0, baseMs + (random() * 2 - 1) * shape.jitterMs) + stallMs);
    setTimeout(act, dueMs - nowMs);
  };
  from.on('data', (chunk: Buffer) => later(() => void (to.writable && to.write(chunk))));
  from.once('close', () => later(() => to.destroy()));
}

const pairs = (raw: readonly string[]): string =>
  Array.from({ length: raw.length / 2 }, (_, index) => `${raw[index * 2]}: ${raw[index * 2 + 1]}`).join('\r\n');
