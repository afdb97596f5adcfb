import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import Type from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonRoute, rawRoute } from '../../kernel/route.ts';
import { type Edge, parseAnswers, startEdge } from './test/edge.ts';
import { expectProblem } from './test/problem-shape.ts';

const common = { method: 'GET', tag: 'Test', access: 'anyone', summary: 'Test' } as const;
let edge: Edge | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await edge?.close();
});

interface Gate {
  readonly begun: Promise<void>;
  open(): void;
}

/** An edge with `/wait`, which answers when its gate opens, and `/film`, which never ends. */
async function start(
  drainTimeoutMs: number,
): Promise<{ edge: Edge; gate: Gate; seen: { signal?: AbortSignal; settled?: boolean } }> {
  const seen: { signal?: AbortSignal; settled?: boolean } = {};
  let begin = (): void => undefined;
  let open = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  edge = await startEdge(
    [
      jsonRoute({ ...common, path: '/quick', id: 'quick', response: Type.Null(), handle: async () => null }),
      jsonRoute({
        ...common,
        path: '/wait',
        id: 'wait',
        response: Type.String(),
        async handle({ signal }) {
          seen.signal = signal;
          begin();
          await Promise.race([
            opened,
            once(signal, 'abort').then(() => {
              throw signal.reason;
            }),
          ]);
          return 'waited';
        },
      }),
      jsonRoute({
        ...common,
        path: '/deaf',
        id: 'deaf',
        response: Type.Null(),
        async handle() {
          begin();
          await opened;
          seen.settled = true;
          return null;
        },
      }),
      rawRoute({
        ...common,
        path: '/film',
        id: 'film',
        produces: {},
        handle: async () => ({
          status: 200,
          headers: {},
          body: new Readable({
            read() {
              this.push(Buffer.alloc(1000));
            },
          }),
        }),
      }),
    ],
    { settings: { drainTimeoutMs } },
  );
  return { edge, gate: { begun, open }, seen };
}

interface Connection {
  readonly socket: Socket;
  text(): string;
  readonly closed: Promise<unknown>;
}

async function connectTo(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1'))).on('error', () => undefined);
  const closed = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  await once(socket, 'connect');
  return { socket, text: () => text, closed };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

describe('a server that closes', () => {
  it('lets a request under way finish, on a connection that it then ends', async () => {
    const {
      edge: { url, close },
      gate,
    } = await start(5000);
    const connection = await connectTo(url);
    connection.socket.write(get('/wait'));
    await gate.begun;
    const closing = close();
    await expect
      .poll(() =>
        fetch(`${url}/quick`).then(
          () => 'answered',
          () => 'refused',
        ),
      )
      .toBe('refused');
    gate.open();
    await connection.closed;
    const [answer] = parseAnswers(connection.text());
    expect(answer).toMatchObject({ status: 200, body: '{"success":true,"data":"waited"}' });
    expect(answer!.headers['connection']).toBe('close');
    await closing;
  });

  it('refuses what comes on an old connection, in the shape of every refusal', async () => {
    const {
      edge: { url, close },
      gate,
    } = await start(5000);
    const [waiting, old] = await Promise.all([connectTo(url), connectTo(url)]);
    waiting.socket.write(get('/wait'));
    await gate.begun;
    // Half a request keeps its connection from being idle. What was answered after it came after it.
    await new Promise((resolve) => {
      old.socket.write('GET /quick HTTP/1.1\r\nho', resolve);
    });
    await fetch(`${url}/quick`);
    const closing = close();
    old.socket.write('st: x\r\n\r\n');
    await old.closed;
    const [answer] = parseAnswers(old.text());
    expectProblem(answer!, 503, 'service.unavailable');
    expect(answer!.headers).toMatchObject({ connection: 'close', 'retry-after': '2' });
    gate.open();
    await closing;
  });

  it('ends connections that were made in advance and never asked', async () => {
    const { edge: { url, close } } = await start(60_000);
    const connection = await connectTo(url);
    await fetch(`${url}/quick`);
    const startedAt = performance.now();
    await close();
    await connection.closed;
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('ends idle connections at once', async () => {
    const {
      edge: { url, close },
    } = await start(60_000);
    const connection = await connectTo(url);
    connection.socket.write(get('/quick'));
    await expect.poll(() => connection.text()).toContain('"data":null');
    const startedAt = performance.now();
    await close();
    await connection.closed;
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('cuts a download after its time', async () => {
    const {
      edge: { url, close },
    } = await start(200);
    const connection = await connectTo(url);
    connection.socket.write(get('/film'));
    await expect.poll(() => connection.text().length).toBeGreaterThan(1000);
    const startedAt = performance.now();
    await close();
    await connection.closed;
    expect(performance.now() - startedAt).toBeGreaterThan(190);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('tells a handler that it gives up, and waits for one that does not listen', async () => {
    const {
      edge: { url, close },
      gate,
      seen,
    } = await start(50);
    const connection = await connectTo(url);
    connection.socket.write(get('/wait'));
    await gate.begun;
    await close();
    expect(seen.signal).toMatchObject({ aborted: true, reason: { code: 'request.aborted' } });

    const second = await start(50);
    const deaf = await connectTo(second.edge.url);
    deaf.socket.write(get('/deaf'));
    await second.gate.begun;
    const closing = second.edge.close();
    await deaf.closed;
    expect(second.seen.settled).toBeUndefined();
    second.gate.open();
    await closing;
    expect(second.seen.settled).toBe(true);
  });

  it('may be closed twice', async () => {
    const {
      edge: { close },
    } = await start(1000);
    await Promise.all([close(), close()]);
    await expect(close()).resolves.toBeUndefined();
  });
});

describe('a client that goes away', () => {
  it('aborts the signal of its request; nothing is logged above debug', async () => {
    const {
      edge: { url, lines },
      gate,
      seen,
    } = await start(1000);
    const connection = await connectTo(url);
    connection.socket.write(get('/wait'));
    await gate.begun;
    connection.socket.resetAndDestroy();
    await expect.poll(() => seen.signal?.aborted).toBe(true);
    expect((await fetch(`${url}/quick`)).status).toBe(200);
    expect(lines.filter((line) => (JSON.parse(line) as { level: number }).level > 30)).toEqual([]);
  });

  it('in the middle of a download ends the stream', async () => {
    const {
      edge: { url, lines },
    } = await start(1000);
    const connection = await connectTo(url);
    connection.socket.write(get('/film'));
    await expect.poll(() => connection.text().length).toBeGreaterThan(1000);
    connection.socket.resetAndDestroy();
    expect((await fetch(`${url}/quick`)).status).toBe(200);
    expect(lines.filter((line) => (JSON.parse(line) as { level: number }).level > 30)).toEqual([]);
  });
});
