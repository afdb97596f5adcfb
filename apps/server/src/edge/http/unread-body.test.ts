import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../../test/app.ts';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, uploadRoute } from '../../kernel/route.ts';
import { type Edge, parseAnswers, sendRaw, startEdge } from './test/edge.ts';
import { expectProblem } from './test/problem-shape.ts';

const MB = 1024 * 1024;
const TOTAL_BYTES = 200 * MB;
const common = { tag: 'Test', summary: 'Test', response: Type.Any() } as const;
let aborted: unknown;
let firstChunkSeen: (() => void) | undefined;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge(
    [
      uploadRoute({
        ...common,
        method: 'PUT',
        path: '/files/:what',
        id: 'put',
        access: 'user',
        contentTypes: [],
        params: Type.Object({ what: Type.String() }),
        errors: [],
        async handle({ params: { what }, body, signal }) {
          if (what === 'refused') throw new Problem('movies.not_owner');
          let bytes = 0;
          try {
            for await (const chunk of body.stream) {
              bytes += (chunk as Buffer).length;
              firstChunkSeen?.();
              if (what === 'refused-later' && bytes > 100_000) throw new Problem('movies.file_container_unsupported');
              if (what === 'slowly') await pause(1);
            }
          } catch (error) {
            aborted = { error, reason: signal.aborted ? (signal.reason as unknown) : undefined };
            throw error;
          }
          return { bytes, announced: body.contentLength ?? null };
        },
      }),
      jsonRoute({
        ...common,
        method: 'POST',
        path: '/json',
        id: 'post',
        access: 'user',
        body: Type.Any(),
        handle: async () => null,
      }),
    ],
    { settings: { uploadStallTimeoutMs: 200 } },
  );
});
afterAll(() => edge.close());
const head = (method: string, path: string, more: string) =>
  `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer user\r\ncontent-type: application/json\r\n${more}\r\n\r\n`;

/** Sends without end, as fast as it goes, whatever comes back; counts what left. */
async function insist(line: string): Promise<{ answer: string; sentBytes: number }> {
  const { hostname, port } = new URL(edge.url);
  const socket: Socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString())).on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(line);
  const piece = Buffer.alloc(64 * 1024);
  let open = true;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      open = false;
      resolve();
    });
  });
  while (open && socket.bytesWritten < TOTAL_BYTES) {
    if (!socket.write(piece))
      await Promise.race([
        new Promise((resolve) => {
          socket.once('drain', resolve);
        }),
        closed,
      ]);
  }
  socket.end();
  await closed;
  return { answer, sentBytes: socket.bytesWritten - socket.writableLength };
}

describe.concurrent.each([
  ['refused before the first byte', 'PUT', '/files/refused', 403, 'movies.not_owner'],
  ['refused after the first bytes', 'PUT', '/files/refused-later', 415, 'movies.file_container_unsupported'],
  ['without a right to it', 'PUT', '/files/refused', 401, 'auth.token_invalid'],
  ['to nowhere', 'PUT', '/nowhere', 404, 'route.not_found'],
  ['too large for JSON', 'POST', '/json', 413, 'request.body_too_large'],
])('an upload of 200 MB %s', (_what, method, path, status, code) => {
  const token = code === 'auth.token_invalid' ? 'nobody' : 'user';

  it('gets its answer, read by a client of Node', async () => {
    const sent = httpRequest(`${edge.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': TOTAL_BYTES },
    });
    sent.on('error', () => undefined);
    const responded = once(sent, 'response');
    const piece = Buffer.alloc(MB);
    const pump = (): void => {
      while (!sent.destroyed && sent.write(piece));
    };
    sent.on('drain', pump);
    pump();
    const [response] = (await responded) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    sent.destroy();
    expectProblem(
      { status: response.statusCode!, headers: response.headers as Record<string, string>, body },
      status,
      code,
    );
    expect(response.headers['connection']).toBe('close');
  });

  it.concurrent.each([`content-length: ${TOTAL_BYTES}`, 'transfer-encoding: chunked'])(
    '(%s) is not swallowed from one that insists',
    async (framing) => {
      const chunk = framing.startsWith('transfer') ? `${TOTAL_BYTES.toString(16)}\r\n` : '';
      const line = head(method, path, framing).replace('Bearer user', `Bearer ${token}`) + chunk;
      const { answer, sentBytes } = await insist(line);
      expectProblem(parseAnswers(answer)[0]!, status, code);
      // What the buffers of two sockets hold, and the megabyte that is read to let the client see its answer.
      expect(sentBytes).toBeLessThan(30 * MB);
    },
  );
});

describe('a small body that nobody reads', () => {
  it('leaves the connection usable', async () => {
    const refused = head('PUT', '/files/refused', 'content-length: 10') + 'x'.repeat(10);
    const last = head('PUT', '/files/taken', 'content-length: 3\r\nconnection: close') + 'abc';
    const answers = parseAnswers(await sendRaw(edge.url, refused, refused, last));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 200]);
    expect(JSON.parse(answers[2]!.body)).toEqual({ success: true, data: { bytes: 3, announced: 3 } });
  });
});

describe('an upload', () => {
  it('arrives whole at the pace of its reader', async () => {
    const answer = await request(`${edge.url}/files/slowly`, 'PUT', { token: 'user', body: new Uint8Array(5 * MB) });
    expect(answer.body.data).toEqual({ bytes: 5 * MB, announced: 5 * MB });
  });

  it('without an announced length, of any type or none, arrives too', async () => {
    const chunked = head('PUT', '/files/taken', 'transfer-encoding: chunked\r\nconnection: close').replace(
      /content-type.*\r\n/,
      '',
    );
    const [answer] = parseAnswers(await sendRaw(edge.url, `${chunked}3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n`));
    expect(JSON.parse(answer!.body)).toEqual({ success: true, data: { bytes: 7, announced: null } });
  });

  it('that stalls is ended with an answer', async () => {
    const line = head('PUT', '/files/taken', `content-length: ${TOTAL_BYTES}`);
    expectProblem(parseAnswers(await sendRaw(edge.url, `${line}abc`))[0]!, 408, 'request.timeout');
  });

  it('whose client goes away fails for its route, and the server goes on in silence', async () => {
    const { hostname, port } = new URL(edge.url);
    const before = edge.lines.length;
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const arrived = new Promise<void>((resolve) => (firstChunkSeen = resolve));
    aborted = undefined;
    socket.write(`${head('PUT', '/files/taken', `content-length: ${TOTAL_BYTES}`)}abc`);
    await arrived;
    socket.resetAndDestroy();
    await expect.poll(() => aborted).toMatchObject({ error: { code: 'request.aborted' } });
    await expect.poll(() => edge.lines.slice(before).join('')).toContain('A client went away');
    expect(edge.lines.slice(before).filter((text) => (JSON.parse(text) as { level: number }).level > 20)).toEqual([]);
  });

  it('is asked for by 100 Continue only once its route reads', async () => {
    const expecting = (path: string) =>
      head('PUT', path, 'content-length: 3\r\nexpect: 100-continue\r\nconnection: close');
    expect(await sendRaw(edge.url, expecting('/files/refused'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await sendRaw(edge.url, expecting('/files/taken'), 'abc')).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    );
  });
});
