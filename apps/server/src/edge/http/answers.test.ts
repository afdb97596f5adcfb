import { Readable } from 'node:stream';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../../test/app.ts';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, rawRoute, WithHeaders } from '../../kernel/route.ts';
import { type Edge, startEdge } from './test/edge.ts';
import { expectProblem } from './test/problem-shape.ts';

const SECRET_WORDS = 'select * from users -- at /srv/app/users.ts:12';
const driverError = () =>
  Object.assign(new Error(SECRET_WORDS), { code: '42P01', severity: 'ERROR', query: SECRET_WORDS });
const THROWN: Readonly<Record<string, () => unknown>> = {
  error: () => new Error(SECRET_WORDS),
  string: () => SECRET_WORDS,
  undefined: () => undefined,
  null: () => null,
  number: () => 404,
  symbol: () => Symbol(SECRET_WORDS),
  frozen: () => Object.freeze(new Error(SECRET_WORDS)),
  'frozen object': () => Object.freeze({ message: SECRET_WORDS, statusCode: 418, code: 'FST_ERR_NOT_FOUND' }),
  'error with a status': () => Object.assign(new Error(SECRET_WORDS), { statusCode: 302, status: 302 }),
  'driver error': driverError,
  'error with a hostile code': () => Object.assign(new Error(SECRET_WORDS), { code: 'toString' }),
  'error that cannot be read': () =>
    Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('no');
      },
    }),
};

const json = (path: string, handle: (context: { query: unknown }) => unknown, more: object = {}) =>
  jsonRoute({
    method: 'GET',
    path,
    id: path,
    tag: 'Test',
    access: 'anyone',
    summary: path,
    response: Type.Object({ ok: Type.Boolean() }),
    ...more,
    handle: async (context) => handle(context) as never,
  });

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge(
    [
      json('/ok', () => ({ ok: true })),
      json('/created', () => ({ ok: true }), { method: 'POST', status: 201 }),
      json('/headers', () => new WithHeaders({ ok: true }, { 'x-test': 'yes', 'set-cookie': 'a=b' })),
      json('/mine', () => ({ ok: true }), { access: 'user' }),
      json('/bare', () => ({ ok: true }), { envelope: false }),
      jsonRoute({
        method: 'POST',
        path: '/sign-in',
        id: 'signIn',
        tag: 'Test',
        access: 'anyone',
        ignoresToken: true,
        summary: 'Signs in',
        response: Type.Boolean(),
        handle: async ({ actor }) => actor !== undefined,
      }),
      json('/wrong', () => ({ ok: 'no', secret: SECRET_WORDS })),
      json('/none', () => undefined),
      json('/problem', () => {
        throw new Problem('rooms.full', {
          detail: 'Four of four',
          errors: [{ field: '/body/name', message: 'no' }],
          retryAfterSeconds: 7,
          headers: { 'x-more': '1' },
          cause: new Error(SECRET_WORDS),
        });
      }),
      json(
        '/throw',
        ({ query }) => {
          throw THROWN[(query as { what: string }).what]!();
        },
        {
          query: Type.Object({ what: Type.String() }),
        },
      ),
      rawRoute({
        method: 'GET',
        path: '/broken-stream',
        id: 'broken',
        tag: 'Test',
        access: 'anyone',
        summary: 'Breaks',
        produces: {},
        handle: async () => ({
          status: 200,
          headers: { 'content-length': '100' },
          body: Readable.from(
            (function* () {
              yield 'half';
              throw new Error(SECRET_WORDS);
            })(),
          ),
        }),
      }),
      rawRoute({
        method: 'GET',
        path: '/stream',
        id: 'stream',
        tag: 'Test',
        access: 'anyone',
        summary: 'Stream',
        produces: {},
        handle: async () => ({
          status: 206,
          headers: { 'content-type': 'video/mp4', 'content-length': '5' },
          body: Readable.from(['12345']),
        }),
      }),
      rawRoute({
        method: 'GET',
        path: '/text',
        id: 'text',
        tag: 'Test',
        access: 'anyone',
        summary: 'Text',
        produces: {},
        handle: async () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'grün' }),
      }),
    ],
    { settings: { publicUrl: 'https://watchparty.test' } },
  );
});
afterAll(() => edge.close());
const get = (path: string, options = {}) => request(`${edge.url}${path}`, 'GET', options);

describe('a success', () => {
  it('comes in the envelope, a created thing with 201', async () => {
    expect(await get('/ok')).toMatchObject({ status: 200, body: { success: true, data: { ok: true } } });
    expect(await request(`${edge.url}/created`, 'POST', {})).toMatchObject({
      status: 201,
      body: { success: true, data: { ok: true } },
    });
    expect((await get('/bare')).body).toEqual({ ok: true });
    expect((await get('/ok')).headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('carries headers that the route adds', async () => {
    const { headers } = await get('/headers');
    expect([headers.get('x-test'), headers.get('set-cookie')]).toEqual(['yes', 'a=b']);
  });

  it('may be kept only when it is the same for everybody', async () => {
    const cache = async (path: string, options = {}) => (await get(path, options)).headers.get('cache-control');
    expect(await cache('/ok')).toBe('no-cache');
    expect(await cache('/ok', { token: 'user' })).toBe('no-store');
    expect(await cache('/mine', { token: 'user' })).toBe('no-store');
    expect((await request(`${edge.url}/created`, 'POST', {})).headers.get('cache-control')).toBe('no-store');
  });

  it('answers HEAD with the headers of GET alone', async () => {
    for (const path of ['/ok', '/text', '/stream', '/api/docs', '/api/openapi.json']) {
      const [full, head] = await Promise.all([get(path), request(`${edge.url}${path}`, 'HEAD', {})]);
      expect(head).toMatchObject({ status: full.status, body: '' });
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(4);
      expect(head.headers.get('content-length')).toBe(full.headers.get('content-length'));
      expect(head.headers.get('content-type')).toBe(full.headers.get('content-type'));
    }
  });
});

describe('a refusal', () => {
  it('is problem details, with the code’s status and what the module has to say', async () => {
    const answer = await get('/problem');
    expectProblem(answer, 409, 'rooms.full');
    expect(answer.body).toEqual({
      success: false,
      type: '/api/docs/errors#rooms.full',
      title: 'The room is full',
      status: 409,
      detail: 'Four of four',
      code: 'rooms.full',
      errors: [{ field: '/body/name', message: 'no' }],
      requestId: answer.headers.get('x-request-id'),
    });
    expect([answer.headers.get('retry-after'), answer.headers.get('x-more')]).toEqual(['7', '1']);
  });

  it.each(Object.keys(THROWN))('is a plain 500 when a handler throws %s, and says nothing of it', async (what) => {
    const before = edge.lines.length;
    const answer = await get(`/throw?what=${encodeURIComponent(what)}`);
    expectProblem(answer, 500, 'service.internal');
    expect(JSON.stringify([answer.body, ...answer.headers])).not.toMatch(/select|users|\.ts|stack|at \//);
    const logged = edge.lines.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.filter(({ level }) => level === 50)).toMatchObject([
      { requestId: answer.headers.get('x-request-id') },
    ]);
  });

  it.each(['/wrong', '/none'])(
    'is a 500 when an answer (%s) does not fit its schema; the log says where',
    async (path) => {
      const before = edge.lines.length;
      const answer = await get(path);
      expectProblem(answer, 500, 'service.internal');
      expect(JSON.stringify(answer.body)).not.toContain('select');
      expect(edge.lines.slice(before).join('')).toContain(`The answer of ${path} does not fit its schema`);
    },
  );

  it('leaves the connection broken when a stream breaks in the middle, never a whole answer', async () => {
    await expect(get('/broken-stream')).rejects.toThrow('terminated');
    expect((await get('/ok')).status).toBe(200);
  });
});

describe('who asks', () => {
  it.each([
    [undefined, 401, 'auth.required', 'Bearer'],
    ['Bearer nobody', 401, 'auth.token_invalid', 'Bearer error="invalid_token"'],
    ['Basic dXNlcjp1c2Vy', 401, 'auth.token_invalid', 'Bearer error="invalid_token"'],
    ['Bearer', 401, 'auth.token_invalid', 'Bearer error="invalid_token"'],
    ['Bearer user extra', 401, 'auth.token_invalid', 'Bearer error="invalid_token"'],
  ])('with %s is refused', async (authorization, status, code, challenge) => {
    const answer = await get('/mine', { headers: authorization === undefined ? {} : { authorization } });
    expectProblem(answer, status, code);
    expect(answer.headers.get('www-authenticate')).toBe(challenge);
  });

  it('is not looked at where tokens are got, so that an expired one is no obstacle', async () => {
    for (const token of ['expired', 'user']) {
      const answer = await request(`${edge.url}/sign-in`, 'POST', { token });
      expect(answer).toMatchObject({ status: 200, body: { data: false } });
    }
  });

  it('with a token that does not hold is told so on open routes too', async () => {
    expectProblem(await get('/ok', { token: 'expired' }), 401, 'auth.token_invalid');
    expect((await get('/ok', { headers: { authorization: 'bearer user' } })).status).toBe(200);
  });
});

describe('request ids', () => {
  it('are new UUIDs of version 7, different each time', async () => {
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => (await get('/ok')).headers.get('x-request-id')),
    );
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(50);
  });

  it('are the caller’s own when plain', async () => {
    expect((await get('/ok', { headers: { 'x-request-id': 'trace-1234.A_b' } })).headers.get('x-request-id')).toBe(
      'trace-1234.A_b',
    );
  });

  it.each([
    'short',
    'a'.repeat(65),
    'has space',
    '<script>alert(1)</script>',
    'ünïcödé-id',
    "';drop table users;--",
    '../../etc/passwd',
  ])('are our own when the caller’s is %s', async (given) => {
    const { headers } = await get('/ok', { headers: { 'x-request-id': given } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('security headers', () => {
  it.each(['/ok', '/problem', '/throw?what=error', '/nowhere', '/%ff', '/ok?%ff', '/api/openapi.json', '/api/docs'])(
    'come with %s',
    async (path) => {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy');
      expect(policy).toContain(path === '/api/docs' ? "script-src 'self'" : "default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'strict-origin-when-cross-origin',
        'cross-origin-opener-policy': 'same-origin',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-request-id': expect.any(String),
      });
      expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
    },
  );
});
