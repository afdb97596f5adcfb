import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../../test/app.ts';
import { jsonRoute, uploadRoute } from '../../kernel/route.ts';
import { askRaw, type Edge, startEdge } from './test/edge.ts';
import { expectProblem } from './test/problem-shape.ts';

const Id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
const params = Type.Object({ id: Id }, { additionalProperties: false });
const Anything = Type.Any();
const query = Type.Object(
  {
    page: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
    lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
    mine: Type.Optional(Type.Boolean()),
    q: Type.Optional(Type.String({ maxLength: 50 })),
  },
  { additionalProperties: false },
);
const common = { tag: 'Test', access: 'anyone', summary: 'Test' } as const;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge([
    jsonRoute({
      ...common,
      method: 'GET',
      path: '/things/:id',
      id: 'get',
      params,
      query,
      response: Anything,
      handle: async (context) => ({ ...context.params, ...context.query }),
    }),
    jsonRoute({
      ...common,
      method: 'DELETE',
      path: '/things/:id',
      id: 'delete',
      params,
      response: Type.Null(),
      handle: async () => null,
    }),
    jsonRoute({
      ...common,
      method: 'POST',
      path: '/things',
      id: 'post',
      access: 'user',
      body: Type.Object({}),
      response: Type.Null(),
      handle: async () => null,
    }),
    jsonRoute({
      ...common,
      method: 'GET',
      path: '/named/:name',
      id: 'named',
      params: Type.Object({ name: Type.String() }),
      response: Anything,
      handle: async (context) => context.params,
    }),
    uploadRoute({
      ...common,
      method: 'PUT',
      path: '/files/:id',
      id: 'put',
      params,
      contentTypes: [],
      response: Type.Null(),
      handle: async () => null,
    }),
  ]);
});
afterAll(() => edge.close());
const ask = (method: string, path: string, options = {}) => request(`${edge.url}${path}`, method, options);

describe('an address that nobody has', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('answers 404 to %s, whatever the body', async (method) => {
    const bodies =
      method === 'GET' ? [{}] : [{}, { body: '{"x":' }, { body: 'x', headers: { 'content-type': 'text/plain' } }];
    for (const options of bodies) expectProblem(await ask(method, '/nowhere', options), 404, 'route.not_found');
  });

  it.each([
    '/things/',
    '//things/1',
    '/THINGS/1',
    '/things/1/',
    '/things/1/more',
    '/things/%2e%2e',
    '/named/' + 'a'.repeat(201),
    '//',
    '/%00',
  ])('is %s', async (path) => {
    const { status } = await askRaw(edge.url, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(status).toBe(path === '/things/%2e%2e' ? 400 : 404);
  });

  it('answers 404 to HEAD and OPTIONS', async () => {
    expect((await ask('HEAD', '/nowhere')).status).toBe(404);
    expectProblem(await ask('OPTIONS', '/nowhere'), 404, 'route.not_found');
  });
});

describe('a method that an address does not know', () => {
  it.each([
    ['POST', '/things/1', 'GET, DELETE, HEAD, OPTIONS'],
    ['PATCH', '/things/1', 'GET, DELETE, HEAD, OPTIONS'],
    ['GET', '/things', 'POST, OPTIONS'],
    ['PUT', '/things', 'POST, OPTIONS'],
    ['GET', '/files/1', 'PUT, OPTIONS'],
    ['POST', '/api/openapi.json', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/docs', 'GET, HEAD, OPTIONS'],
  ])('%s %s is refused with the methods it knows', async (method, path, allow) => {
    const answer = await ask(method, path);
    expectProblem(answer, 405, 'route.method_not_allowed');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('is refused before its body is looked at', async () => {
    const answer = await ask('PUT', '/things', { body: 'x'.repeat(100), headers: { 'content-type': 'text/plain' } });
    expectProblem(answer, 405, 'route.method_not_allowed');
  });

  it('is refused for HEAD and TRACE too', async () => {
    expect((await ask('HEAD', '/things')).status).toBe(405);
    const trace = await askRaw(edge.url, 'TRACE /things HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expectProblem(trace, 405, 'route.method_not_allowed');
  });

  it('OPTIONS names the methods without asking for a token', async () => {
    const { status, headers, body } = await ask('OPTIONS', '/things');
    expect([status, headers.get('allow'), body]).toEqual([204, 'POST, OPTIONS', '']);
  });
});

describe('a path parameter', () => {
  it.each(['1', '42', '2147483647'])('%s is taken', async (id) => {
    expect((await ask('GET', `/things/${id}`)).body.data).toEqual({ id: Number(id), page: 1 });
  });

  it.each([
    '0',
    '-1',
    '+1',
    '05',
    '5.0',
    '5.',
    '0x5',
    '1e3',
    '%205',
    '5%20',
    '5%0a',
    'NaN',
    'Infinity',
    'true',
    'null',
    '٥',
    '2147483648',
    '9007199254740993',
    '999999999999999999999999',
    '-',
    '%00',
    '5%00',
    '%ED%A0%80',
    '%FF',
    '%',
    '%zz',
    '%C0%AE',
    "1'or'1'='1",
    '__proto__',
    'constructor',
    '<b>',
    '%F0%9F%98%80',
    'a'.repeat(150),
  ])('%s is refused', async (id) => {
    expectProblem(
      await askRaw(edge.url, `GET /things/${encodeRest(id)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
      400,
      'request.invalid',
    );
  });

  it('may be any text where the schema says so, but no NUL', async () => {
    expect((await ask('GET', `/named/${encodeURIComponent('Ünï/😀 ؟')}`)).body.data).toEqual({ name: 'Ünï/😀 ؟' });
    expect((await ask('GET', '/named/a%00b')).body.errors).toEqual([
      { field: '/params/name', message: 'must not contain the NUL character' },
    ]);
  });
});

describe('a query', () => {
  it.each([
    ['page=2', { page: 2 }],
    ['lat=-0.5', { lat: -0.5 }],
    ['lat=90', { lat: 90 }],
    ['mine=true', { mine: true }],
    ['mine=false', { mine: false }],
    ['q=', { q: '' }],
    ['q=1', { q: '1' }],
    ['q=a+b%2B%F0%9F%98%80', { q: 'a b+😀' }],
    ['', {}],
  ])('%s is taken', async (text, given) => {
    expect((await ask('GET', `/things/1?${text}`)).body.data).toEqual({ id: 1, page: 1, ...given });
  });

  it.each([
    'page=0',
    'page=-1',
    'page=01',
    'page=1.0',
    'page=0x1',
    'page=1e2',
    'page=%201',
    'page=',
    'page=99999999999999999999',
    'page=1&page=2',
    'page[]=1',
    'page[a]=1',
    'lat=90.1',
    'lat=1e1',
    'lat=.5',
    'lat=NaN',
    'lat=Infinity',
    'lat=--1',
    'mine=1',
    'mine=TRUE',
    'mine=',
    'mine=true&mine=true',
    'q=a&q=b',
    'other=1',
    '__proto__=1',
    'constructor=1',
    '__proto__[x]=1',
    'q=%00',
    'q=%FF',
    'q=%',
    'q=%ED%A0%80',
    '%FF=1',
    `q=${'a'.repeat(51)}`,
    '=1',
    `${'a'.repeat(5000)}=1`,
  ])('%s is refused', async (text) => {
    const answer = await askRaw(edge.url, `GET /things/1?${text} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expectProblem(answer, 400, 'request.invalid');
    expect(answer.body.length).toBeLessThan(2000);
  });

  it('names each field that is wrong', async () => {
    const { errors } = (await ask('GET', '/things/x?page=0')).body;
    expect(errors).toEqual([{ field: '/params/id', message: expect.stringContaining('integer') }]);
    expect((await ask('GET', '/things/1?page=0&other=1&mine=2')).body.errors).toEqual(
      expect.arrayContaining([
        { field: '/query/page', message: 'must be >= 1' },
        { field: '/query/other', message: 'is not a known field' },
        { field: '/query/mine', message: 'must be boolean' },
      ]),
    );
  });

  it('is refused where a route takes none', async () => {
    expectProblem(await ask('DELETE', '/things/1?force=true'), 400, 'request.invalid');
    expectProblem(await ask('PUT', '/files/1?x=1', { body: 'x' }), 400, 'request.invalid');
  });
});

/** Keeps what a raw request line can carry, encodes what it cannot. */
const encodeRest = (text: string): string => text.replaceAll(/[^\x21-\x7e]/gu, (char) => encodeURIComponent(char));
