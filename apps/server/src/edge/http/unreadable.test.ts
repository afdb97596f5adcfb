import { once } from 'node:events';
import { connect } from 'node:net';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRoute } from '../../kernel/route.ts';
import { askRaw, type Edge, parseAnswers, sendRaw, startEdge } from './test/edge.ts';
import { expectProblem } from './test/problem-shape.ts';

const common = { tag: 'Test', access: 'anyone', summary: 'Test', response: Type.Any() } as const;
const seen: unknown[] = [];

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge(
    [
      jsonRoute({
        ...common,
        method: 'GET',
        path: '/n/:n',
        id: 'get',
        params: Type.Object({ n: Type.Integer() }),
        handle: async (c) => c.params.n,
      }),
      jsonRoute({
        ...common,
        method: 'POST',
        path: '/echo',
        id: 'post',
        body: Type.Any(),
        handle: async ({ body }) => {
          seen.push(body);
          return body as unknown;
        },
      }),
    ],
    { settings: { requestTimeoutMs: 300 } },
  );
});
afterAll(() => edge.close());

const POST = 'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const NEXT = 'GET /n/666 HTTP/1.1\r\nhost: x\r\n\r\n';

describe('what is not HTTP', () => {
  it.each([
    ['noise', '\u0001\u0002\u0003\r\n\r\n'],
    ['a TLS greeting', Buffer.from('16030100a5010000a1', 'hex')],
    ['another method', 'BREW / HTTP/1.1\r\n\r\n'],
    ['another version', 'GET / HTTP/9.9\r\nhost: x\r\n\r\n'],
    ['a blank in a name', 'GET / HTTP/1.1\r\nho st: x\r\n\r\n'],
    ['a blank before the colon', 'GET / HTTP/1.1\r\nhost : x\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nhost: x\r\na: b\0c\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n'],
    ['bare line feeds in the head', 'GET / HTTP/1.1\nhost: x\n\n'],
    ['a raw character in the address', 'GET /ü HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('(%s) is refused in the shape of every refusal', async (_what, bytes) => {
    expectProblem(await askRaw(edge.url, bytes), 400, 'request.invalid');
  });

  it('is refused without a Host, as HTTP/1.1 demands', async () => {
    expectProblem(await askRaw(edge.url, 'GET /n/1 HTTP/1.1\r\n\r\n'), 400, 'request.invalid');
    expect((await askRaw(edge.url, 'GET /n/1 HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  it.each(['host: x\r\nhost: y', 'host: x\r\nHOST: x'])('is refused with two, %j', async (hosts) => {
    expectProblem(await askRaw(edge.url, `GET /n/1 HTTP/1.1\r\n${hosts}\r\nconnection: close\r\n\r\n`), 400, 'request.invalid');
  });

  it.each(['a very long address', 'a very long header', 'very many headers'])('with %s is 431', async (what) => {
    const head =
      what === 'a very long address'
        ? `GET /n/1?${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n`
        : what === 'a very long header'
          ? `GET /n/1 HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n`
          : `GET /n/1 HTTP/1.1\r\nhost: x\r\n${Array.from({ length: 3000 }, (_, i) => `h${i}: 1\r\n`).join('')}`;
    expectProblem(await askRaw(edge.url, `${head}\r\n`), 431, 'request.headers_too_large');
  });
});

describe('smuggling', () => {
  it.each([
    ['both lengths', 'content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['both lengths, the other way round', 'transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n'],
    ['two different lengths', 'content-length: 2\r\ncontent-length: 4\r\n\r\n{}'],
    ['a list of lengths', 'content-length: 2, 2\r\n\r\n{}'],
    ['a signed length', 'content-length: +2\r\n\r\n{}'],
    ['a hexadecimal length', 'content-length: 0x2\r\n\r\n{}'],
    ['a huge length', 'content-length: 99999999999999999999999\r\n\r\n{}'],
    ['a negative length', 'content-length: -1\r\n\r\n'],
    ['chunked twice', 'transfer-encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['chunked not last', 'transfer-encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['an unknown coding', 'transfer-encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['a bad chunk size', 'transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
    ['a chunk without its end', 'transfer-encoding: chunked\r\n\r\n2\r\n{}xx0\r\n\r\n'],
    ['a line feed for a line end', 'transfer-encoding: chunked\r\n\r\n2\n{}\n0\n\n'],
  ])('by %s is refused, and nothing behind it is read', async (_what, rest) => {
    const before = seen.length;
    const answers = parseAnswers(await sendRaw(edge.url, POST + rest + NEXT));
    expect(answers).toHaveLength(1);
    expect(answers[0]!.status).toBe(400);
    expectProblem(answers[0]!, 400, 'request.invalid');
    expect(seen).toHaveLength(before);
  });
});

describe('a connection', () => {
  it('that pipelines gets its answers in order', async () => {
    const gets = Array.from(
      { length: 20 },
      (_, n) => `GET /n/${n} HTTP/1.1\r\nhost: x\r\n${n === 19 ? 'connection: close\r\n' : ''}\r\n`,
    );
    const answers = parseAnswers(await sendRaw(edge.url, gets.join('')));
    expect(answers.map(({ body }) => (JSON.parse(body) as { data: number }).data)).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
  });

  it('that pipelines noise after a request gets no answer in the middle of another', async () => {
    const text = await sendRaw(edge.url, `GET /n/1 HTTP/1.1\r\nhost: x\r\n\r\n\u0001\u0002\r\n\r\n`);
    for (const answer of parseAnswers(text)) expect([200, 400]).toContain(answer.status);
  });

  it('whose headers do not come is ended after their time', async () => {
    const startedAt = performance.now();
    expectProblem(await askRaw(edge.url, 'GET /n/1 HTTP/1.1\r\nhost: x\r\na: '), 408, 'request.timeout');
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('whose headers trickle in is ended after their time', async () => {
    const { hostname, port } = new URL(edge.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('GET /n/1 HTTP/1.1\r\nhost: x\r\n');
    const trickle = setInterval(() => socket.write('a: b\r\n'), 20);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    clearInterval(trickle);
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that waits for 100 Continue gets it when the body is wanted, and only then', async () => {
    const head = `${POST}content-length: 2\r\nconnection: close\r\nexpect: 100-continue\r\n\r\n`;
    expect(await sendRaw(edge.url, head, '{}')).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    for (const refused of [
      head.replace('/echo', '/nowhere'),
      head.replace('/json', '/xml'),
      head.replace(/length: 2/, 'length: 20000000'),
    ]) {
      expect(await sendRaw(edge.url, refused)).toMatch(/^HTTP\/1\.1 4(04|15|13) /);
    }
  });

  it('with another expectation is served as usual', async () => {
    expect(
      (await askRaw(edge.url, 'GET /n/1 HTTP/1.1\r\nhost: x\r\nexpect: tea\r\nconnection: close\r\n\r\n')).status,
    ).toBe(200);
  });
});
