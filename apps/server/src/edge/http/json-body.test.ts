import { once } from 'node:events';
import { connect } from 'node:net';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../../test/app.ts';
import { jsonRoute } from '../../kernel/route.ts';
import { askRaw, type Edge, parseAnswers, sendRaw, startEdge } from './test/edge.ts';
import { expectProblem } from './test/problem-shape.ts';

const Body = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 10 }),
    count: Type.Optional(Type.Integer()),
    tags: Type.Optional(Type.Array(Type.String())),
    any: Type.Optional(Type.Any()),
  },
  { additionalProperties: false },
);
const common = { tag: 'Test', access: 'anyone', summary: 'Test', method: 'POST', response: Type.Any() } as const;

let edge: Edge;
let handled = 0;
beforeAll(async () => {
  edge = await startEdge(
    [
      jsonRoute({
        ...common,
        path: '/echo',
        id: 'echo',
        body: Body,
        handle: async ({ body }) => {
          handled += 1;
          return body;
        },
      }),
      jsonRoute({
        ...common,
        path: '/optional',
        id: 'optional',
        body: Type.Object({}),
        bodyOptional: true,
        handle: async (c) => c.body,
      }),
      jsonRoute({ ...common, path: '/none', id: 'none', handle: async ({ body }) => body ?? null }),
    ],
    { settings: { requestTimeoutMs: 300 } },
  );
});
afterAll(() => edge.close());
const post = (body: unknown, headers = {}, path = '/echo') => request(`${edge.url}${path}`, 'POST', { body, headers });

it('takes a body that fits, in any script', async () => {
  const body = { name: 'Ünï 😀 ‮ب', count: -5, tags: ['<b>', "';--"] };
  expect((await post(body)).body.data).toEqual(body);
});

describe('a malformed body', () => {
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['blank', '  '],
    ['half', '{"name":'],
    ['a word', 'hello'],
    ['NaN', '{"name":"a","count":NaN}'],
    ['a comment', '{"name":"a"/**/}'],
    ['a trailing comma', '{"name":"a",}'],
    ['single quotes', "{'name':'a'}"],
    ['two values', '{"name":"a"}{"name":"b"}'],
    ['a raw line break in a text', '{"name":"a\nb"}'],
    ['a raw NUL', '{"name":"a\0"}'],
    ['invalid UTF-8', Buffer.from('7b226e616d65223a22ff227d', 'hex')],
    ['an overlong NUL', Buffer.from('7b226e616d65223a22c080227d', 'hex')],
    ['an encoded surrogate', Buffer.from('7b226e616d65223a22eda080227d', 'hex')],
    ['UTF-16', Buffer.from('{"name":"a"}', 'utf16le')],
    ['a BOM', Buffer.from('\uFEFF{"name":"a"}')],
    ['gzip’s first bytes', Buffer.from('1f8b0800', 'hex')],
  ])('%s is refused', async (_what, body) => {
    const before = handled;
    expectProblem(await post(body), 400, 'request.body_malformed');
    expect(handled).toBe(before);
  });

  it('leaves the connection usable when it was read whole', async () => {
    const bad = 'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n{';
    const good =
      'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 12\r\nconnection: close\r\n\r\n{"name":"a"}';
    const answers = parseAnswers(await sendRaw(edge.url, bad, good));
    expect(answers.map(({ status }) => status)).toEqual([400, 200]);
  });
});

describe('a body that does not fit', () => {
  it.each<[string, string]>([
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['a number', '1e999'],
    ['a missing field', '{}'],
    ['null in a field', '{"name":null}'],
    ['a wrong type', '{"name":1}'],
    ['an empty text', '{"name":""}'],
    ['a long text', `{"name":"${'x'.repeat(11)}"}`],
    ['a huge text', `{"name":"${'x'.repeat(100_000)}"}`],
    ['a fraction', '{"name":"a","count":1.5}'],
    ['a number as text', '{"name":"a","count":"1"}'],
    ['an unknown field', '{"name":"a","x":1}'],
    ['an unknown field of 100 kB', `{"name":"a","${'x'.repeat(100_000)}":1}`],
    ['100,000 unknown fields', `{"name":"a",${Array.from({ length: 80_000 }, (_, i) => `"x${i}":1`).join()}}`],
    ['NUL', '{"name":"a\\u0000"}'],
    ['NUL in a name', '{"name":"a","x\\u0000":1}'],
    ['half a surrogate', '{"name":"\\ud800"}'],
    ['the other half', '{"name":"\\udc00x"}'],
    ['half a surrogate in a name', '{"name":"a","\\ud800":1}'],
    ['__proto__', '{"name":"a","__proto__":{"admin":true}}'],
    ['an escaped __proto__', '{"name":"a","\\u005f_proto__":1}'],
    ['constructor.prototype', '{"name":"a","any":{"constructor":{"prototype":{"x":1}}}}'],
    ['33 levels', `{"name":"a","any":${'['.repeat(33)}${']'.repeat(33)}}`],
    ['400,000 levels', `{"name":"a","any":${'['.repeat(400_000)}${']'.repeat(400_000)}}`],
    ['400,000 levels of objects', `{"name":"a","any":${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}}`],
  ])('%s is refused', async (_what, body) => {
    const before = handled;
    const answer = await post(body);
    expectProblem(answer, 400, 'request.invalid');
    expect(JSON.stringify(answer.body).length).toBeLessThan(6000);
    expect(handled).toBe(before);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('says which fields, as JSON pointers', async () => {
    expect((await post({ count: 'x', more: 1, tags: ['a', 2] })).body.errors).toEqual(
      expect.arrayContaining([
        { field: '/body/name', message: 'is required' },
        { field: '/body/count', message: 'must be integer' },
        { field: '/body/more', message: 'is not a known field' },
        { field: '/body/tags/1', message: 'must be string' },
      ]),
    );
    expect((await post('{"name":"a","any":{"b":["\\u0000"]}}')).body.errors).toEqual([
      { field: '/body/any/b/0', message: 'must not contain the NUL character' },
    ]);
  });

  it('may repeat a name: the last value counts, and is the one that is checked', async () => {
    expect((await post('{"name":1,"name":"a"}')).body.data).toEqual({ name: 'a' });
    expectProblem(await post('{"name":"a","name":1}'), 400, 'request.invalid');
  });

  it('is walked through quickly, however many values it has', async () => {
    const list = JSON.stringify({ name: 'a', any: Array.from({ length: 200_000 }, () => 0) });
    const startedAt = performance.now();
    for (let round = 0; round < 5; round += 1) expect((await post(list)).status).toBe(200);
    expect((performance.now() - startedAt) / 5).toBeLessThan(1000);
  });
});

describe('content types', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
    'application/json;v=1',
  ])('%s is taken', async (type) => {
    expect((await post('{"name":"a"}', { 'content-type': type })).status).toBe(200);
  });

  it.each([
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'x',
    '/',
    '*/*',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json, text/plain',
    ';',
  ])('%s is refused', async (type) => {
    expectProblem(await post('{"name":"a"}', { 'content-type': type }), 415, 'request.media_type_unsupported');
  });

  it('a body without one is refused, and so is one in a content encoding', async () => {
    const untyped = await askRaw(
      edge.url,
      'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}',
    );
    expectProblem(untyped, 415, 'request.media_type_unsupported');
    expectProblem(await post('{"name":"a"}', { 'content-encoding': 'gzip' }), 415, 'request.media_type_unsupported');
    expect((await post('{"name":"a"}', { 'content-encoding': 'identity' })).status).toBe(200);
  });
});

describe('a route without a body', () => {
  it('takes none, or an empty one', async () => {
    for (const body of [undefined, '', '{}', 'null']) expect((await post(body, {}, '/none')).status).toBe(200);
    for (const body of ['{"a":1}', '[1]', '1', '"x"', 'true'])
      expectProblem(await post(body, {}, '/none'), 400, 'request.invalid');
  });

  it('or with an optional one takes none for an empty object, but not null', async () => {
    for (const body of [undefined, '', '{}']) expect((await post(body, {}, '/optional')).body.data).toEqual({});
    for (const body of ['null', '[]', '0']) expectProblem(await post(body, {}, '/optional'), 400, 'request.invalid');
  });
});

describe('a large body', () => {
  it.each(['announced', 'chunked'])(
    'of 10 MB (%s) is refused, and the answer reaches a client that goes on sending',
    async (how) => {
      const body = JSON.stringify({ name: 'x'.repeat(10_000_000) });
      const answer =
        how === 'chunked'
          ? await fetch(`${edge.url}/echo`, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: new Blob([body]).stream(),
              duplex: 'half',
            })
          : await fetch(`${edge.url}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expectProblem(
        { status: answer.status, headers: answer.headers, body: await answer.json() },
        413,
        'request.body_too_large',
      );
      expect((await post({ name: 'a' })).status).toBe(200);
    },
  );

  it('may have just the limit', async () => {
    const wrap = (bytes: number) => `{"name":"a","any":"${'x'.repeat(bytes - 21)}"}`;
    expect(wrap(1024 * 1024)).toHaveLength(1024 * 1024);
    expect((await post(wrap(1024 * 1024))).status).toBe(200);
    expectProblem(await post(wrap(1024 * 1024 + 1)), 413, 'request.body_too_large');
  });
});

describe('a slow body', () => {
  it.each([
    ['refused already', 'POST /echo', 'text/plain'],
    ['of a GET', 'GET /api/docs', 'application/json'],
    ['of nobody', 'POST /nowhere', 'application/json'],
    ['too large', 'POST /echo', 'application/json'],
  ])('(%s) ends its connection, and nothing else', async (what, line, type) => {
    const length = what === 'too large' ? 2_000_000 : 100;
    await sendRaw(
      edge.url,
      `${line} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n{`,
    );
    expect((await post({ name: 'a' })).status).toBe(200);
  });

  it.each(['content-length: 100', 'transfer-encoding: chunked'])('(%s) is refused after its time', async (framing) => {
    const before = handled;
    const startedAt = performance.now();
    const answer = await askRaw(
      edge.url,
      `POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`,
      '1',
    );
    expectProblem(answer, 408, 'request.timeout');
    expect(answer.headers['connection']).toBe('close');
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    expect(handled).toBe(before);
  });

  it('that breaks off is given up at once, quietly', async () => {
    const before = edge.lines.length;
    const { hostname, port } = new URL(edge.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"na');
    socket.resetAndDestroy();
    await expect.poll(() => edge.lines.slice(before).join('')).toContain('A client went away');
    expect(edge.lines.slice(before).filter((line) => (JSON.parse(line) as { level: number }).level > 20)).toEqual([]);
    expect((await post({ name: 'a' })).status).toBe(200);
  });
});
