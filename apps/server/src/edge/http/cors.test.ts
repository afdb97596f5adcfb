import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../../test/app.ts';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute } from '../../kernel/route.ts';
import { type Edge, startEdge } from './test/edge.ts';

const common = { tag: 'Test', summary: 'Test', response: Type.Null() } as const;
const routes = [
  jsonRoute({ ...common, method: 'POST', path: '/things', id: 'post', access: 'user', handle: async () => null }),
  jsonRoute({
    ...common,
    method: 'GET',
    path: '/things',
    id: 'get',
    access: 'anyone',
    handle: async () => {
      throw new Problem('page.past_end');
    },
  }),
];
const ASKED = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type,idempotency-key',
};

let none: Edge;
let named: Edge;
let any: Edge;
beforeAll(async () => {
  none = await startEdge(routes);
  named = await startEdge(routes, { settings: { corsOrigins: ['https://a.example.org', 'https://b.example.org'] } });
  any = await startEdge(routes, { settings: { corsOrigins: '*' } });
});
afterAll(() => Promise.all([none, named, any].map((edge) => edge.close())));

const cors = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
const ask = (edge: Edge, method: string, origin: string, headers = {}, path = '/things') =>
  request(`${edge.url}${path}`, method, { headers: { origin, ...headers } });

describe('an origin that is named', () => {
  it.each(['https://a.example.org', 'https://b.example.org'])(
    '(%s) may call, with cookies, and read refusals too',
    async (origin) => {
      const refused = await ask(named, 'GET', origin);
      expect(refused.status).toBe(404);
      for (const { headers } of [
        refused,
        await ask(named, 'POST', origin),
        await ask(named, 'GET', origin, {}, '/nowhere'),
      ]) {
        expect(cors(headers)).toMatchObject({
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
        });
        expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
        expect(headers.get('vary')).toContain('Origin');
      }
    },
  );

  it('gets its preflight answered, without a token', async () => {
    const { status, headers, body } = await ask(named, 'OPTIONS', 'https://a.example.org', ASKED);
    expect([status, body]).toEqual([204, '']);
    expect(cors(headers)).toMatchObject({
      'access-control-allow-origin': 'https://a.example.org',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': ASKED['access-control-request-headers'],
      'access-control-max-age': '600',
    });
    expect((await ask(named, 'OPTIONS', 'https://a.example.org', ASKED, '/nowhere')).status).toBe(404);
  });
});

it.each([
  'https://c.example.org',
  'http://a.example.org',
  'https://a.example.org.evil.test',
  'https://evil.test/https://a.example.org',
  'null',
  'https://a.example.org:8443',
  'https://A.EXAMPLE.ORG',
])('an origin that is not named (%s) is let in by no header', async (origin) => {
  for (const answer of [await ask(named, 'GET', origin), await ask(named, 'OPTIONS', origin, ASKED)]) {
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('vary')).toContain('Origin');
  }
});

it('any origin may call where any is allowed, but not with cookies', async () => {
  for (const answer of [
    await ask(any, 'GET', 'https://c.example.org'),
    await ask(any, 'OPTIONS', 'https://c.example.org', ASKED),
  ]) {
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  }
});

it('without a setting nothing is said of origins', async () => {
  for (const answer of [
    await ask(none, 'GET', 'https://a.example.org'),
    await ask(none, 'OPTIONS', 'https://a.example.org', ASKED),
  ]) {
    expect(cors(answer.headers)).toEqual({});
  }
});
