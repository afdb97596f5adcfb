import { createHash, createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let user: TestUser;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  user = await make.user();
});
afterAll(() => server.close());

const profile = (token: string) => server.ask('GET', '/api/auth/profile', { token });
const refresh = (refreshToken: string) => server.ask('POST', '/api/auth/refresh', { body: { refreshToken } });
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString());

/** A token of one's own making, by the book (RFC 7515). */
function forge(changes: { header?: object; claims?: object; secret?: string; hash?: string } = {}): string {
  const [header, claims] = user.token.split('.');
  const head = base64url({ ...read(header!), ...changes.header });
  const body = base64url({ ...read(claims!), ...changes.claims });
  const signature = createHmac(changes.hash ?? 'sha256', changes.secret ?? server.config.auth.jwtSecret).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}

describe('[SE1] An access token', () => {
  const now = Math.floor(Date.now() / 1000);

  test('of our own making holds, and says no more than whose it is', async () => {
    expect((await profile(user.token)).status).toBe(200);
    expect((await profile(forge())).status).toBe(200);
    const [header, claims] = user.token.split('.').map((part, index) => (index < 2 ? read(part) : {}));
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: expect.stringMatching(/^[\w-]{8}$/) });
    expect(claims).toEqual({ sub: String(user.id), sid: user.sessionId, aud: 'watchparty', iat: expect.any(Number), exp: expect.any(Number) });
    expect(Number(claims!['exp']) - Number(claims!['iat'])).toBe(900);
  });

  test.each<[string, () => string]>([
    ['signed with another secret', () => forge({ secret: 'another secret' })],
    ['signed by another hash', () => forge({ header: { alg: 'HS512' }, hash: 'sha512' })],
    ['that is not signed', () => `${forge({ header: { alg: 'none' } }).split('.').slice(0, 2).join('.')}.`],
    ['whose signature is left out', () => `${user.token.split('.').slice(0, 2).join('.')}.`],
    ['for another audience', () => forge({ claims: { aud: 'elsewhere' } })],
    ['without an audience', () => forge({ claims: { aud: undefined } })],
    ['of a key that is none of ours', () => forge({ header: { kid: 'AAAAAAAA' } })],
    ['whose key is a path', () => forge({ header: { kid: '../../../dev/null' } })],
    ['of another type', () => forge({ header: { typ: 'JWT' } })],
    ['without an expiry', () => forge({ claims: { exp: undefined } })],
    ['without a session', () => forge({ claims: { sid: undefined } })],
    ['not valid yet', () => forge({ claims: { nbf: now + 1000 } })],
    ['of another user of the session', () => forge({ claims: { sub: String(user.id + 1) } })],
    ['of an unknown session', () => forge({ claims: { sid: '018f0000-0000-7000-8000-000000000001' } })],
    ['that was tampered with', () => {
      const [header, claims, signature] = user.token.split('.');
      return `${header}.${base64url({ ...read(claims!), sub: String(user.id + 1) })}.${signature}`;
    }],
    ['that is none', () => 'abc'],
    ['that is a refresh token', () => user.refreshToken],
  ])('%s is refused', async (_name, token) => {
    const { status, body } = await profile(token());
    expect([status, body.code]).toEqual([401, 'auth.token_invalid']);
  });

  test('that has expired says so', async () => {
    const { status, body } = await profile(forge({ claims: { iat: now - 1000, exp: now - 1 } }));
    expect([status, body.code, body.detail]).toEqual([401, 'auth.token_invalid', 'The access token has expired']);
  });

  test.each(['Basic abc', 'Bearer', 'Bearer a b', 'bearer'])('in a header such as %j is refused', async (authorization) => {
    const { status, body } = await server.ask('GET', '/api/rooms', { headers: { authorization } });
    expect([status, body.code]).toEqual([401, 'auth.token_invalid']);
  });
});

test('[SE2] Signing out ends the session at once, and only this one', async () => {
  const other = (await server.ask('POST', '/api/auth/login', { body: { username: user.username, password: user.password } })).body.data;
  const out = await server.ask('POST', '/api/auth/logout', { token: other.accessToken });
  expect(out.body).toEqual({ success: true, data: null });
  expect((await profile(other.accessToken)).body.code).toBe('auth.token_invalid');
  expect((await refresh(other.refreshToken)).body.code).toBe('auth.refresh_token_invalid');
  expect((await profile(user.token)).status).toBe(200);
});

test('[SE3] A refresh token is replaced at each use', async () => {
  const ann = await make.user();
  const first = await refresh(ann.refreshToken);
  expect(first.body).toEqual({ success: true, data: { accessToken: expect.any(String), refreshToken: expect.any(String), expiresInSeconds: 900 } });
  expect(first.body.data.refreshToken).not.toBe(ann.refreshToken);
  expect((await profile(first.body.data.accessToken)).body.data.id).toBe(ann.id);
  expect((await refresh(first.body.data.refreshToken)).status).toBe(200);
  for (const token of ['', 'x', ann.token]) expect((await refresh(token)).status).toBeGreaterThanOrEqual(400);
  expect((await server.ask('POST', '/api/auth/refresh')).body.code).toBe('auth.refresh_token_invalid');
});

test('[SE3] [SE10] Of 20 concurrent uses of one refresh token by one device one replaces it, and all get what replaced it', async () => {
  const ann = await make.user();
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(ann.refreshToken)));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.data?.refreshToken}`)).size).toBe(1);
  expect((await refresh(answers[0]!.body.data.refreshToken)).status).toBe(200);
});

test('[SE3] Only hashes of a refresh token are stored', async () => {
  const ann = await make.user();
  const { refreshToken } = (await refresh(ann.refreshToken)).body.data;
  const { rows } = await sql<{ row: string }>`select sessions::text as row from sessions where id = ${ann.sessionId}`.execute(server.db.database.kysely);
  const [family, secret] = refreshToken.split('.') as [string, string];
  for (const part of [family, secret, ann.refreshToken.split('.')[1]!]) {
    expect(Buffer.from(part, 'base64url')).toHaveLength(32);
    expect(rows[0]!.row).not.toContain(part);
    expect(rows[0]!.row).not.toContain(Buffer.from(part, 'base64url').toString('hex'));
  }
  expect(rows[0]!.row).toContain(createHash('sha256').update(refreshToken).digest('hex'));
});

describe.each([['http', 'watchparty_refresh', ''], ['https', '__Secure-watchparty_refresh', '; Secure']])('[SE4] With useCookie behind %s', (scheme, name, secure) => {
  let app: TestApp;
  let ann: TestUser;
  beforeAll(async () => {
    app = scheme === 'http' ? server : await startTestApp({ PUBLIC_URL: 'https://watchparty.test' });
    ann = await factoriesFor(app).user();
  });
  afterAll(async () => {
    if (app !== server) await app.close();
  });

  test('the refresh token is in the cookie and nowhere else', async () => {
    const attributes = `Path=/api/auth; HttpOnly; SameSite=Strict${secure}`;
    const tokenIn = (setCookie: string | undefined) => {
      const value = /^[\w-]+=([\w-]{43}\.[\w-]{43});/.exec(setCookie ?? '')![1]!;
      expect(setCookie).toBe(`${name}=${value}; Max-Age=1209600; ${attributes}`);
      return value;
    };
    const signedIn = await app.ask('POST', '/api/auth/login', { body: { username: ann.username, password: ann.password, useCookie: true } });
    const token = tokenIn(signedIn.headers.getSetCookie()[0]);
    expect(signedIn.body.data).toEqual({ user: expect.anything(), accessToken: expect.any(String), sessionId: expect.any(String), expiresInSeconds: 900 });
    expect(JSON.stringify(signedIn.body)).not.toContain(token);

    const withCookie = (value: string, headers = {}) => app.ask('POST', '/api/auth/refresh', { headers: { cookie: `theme=dark; ${name}=${value}`, ...headers } });
    const fresh = await withCookie(token);
    expect(fresh.body.data).toEqual({ accessToken: expect.any(String), expiresInSeconds: 900 });
    const next = tokenIn(fresh.headers.getSetCookie()[0]);
    expect(next).not.toBe(token);
    expect((await withCookie(token)).headers.getSetCookie()).toEqual(fresh.headers.getSetCookie());

    const out = await app.ask('POST', '/api/auth/logout', { token: fresh.body.data.accessToken });
    expect(out.headers.getSetCookie()).toEqual([`${name}=; Max-Age=0; ${attributes}`]);
    expect((await withCookie(next)).body.code).toBe('auth.refresh_token_invalid');
  });
});

describe('[SE11] The cookie', () => {
  const PAGE = 'https://pages.example.org';
  let app: TestApp;
  let cookie: string;
  beforeAll(async () => {
    app = await startTestApp({ CORS_ORIGINS: PAGE });
    const { username, password } = await factoriesFor(app).user();
    const signedIn = await app.ask('POST', '/api/auth/login', { body: { username, password, useCookie: true } });
    cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;
  });
  afterAll(() => app.close());
  const withHeaders = async (headers: Record<string, string>) => {
    const answer = await app.ask('POST', '/api/auth/refresh', { headers: { cookie, ...headers } });
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return answer.body.code ?? answer.status;
  };

  test.each<[string, () => Record<string, string>, number | string]>([
    ['by our page', () => ({ 'sec-fetch-site': 'same-origin', origin: app.url }), 200],
    ['by our page under its public name', () => ({ origin: 'http://watchparty.test' }), 200],
    ['by our page under another name of the server, without Sec-Fetch-Site', () => ({ origin: app.url }), 200],
    ['by a page that may call', () => ({ 'sec-fetch-site': 'cross-site', origin: PAGE }), 200],
    ['by a program that is no browser', () => ({}), 200],
    ['by somebody else’s page', () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }), 'auth.cross_site'],
    ['by somebody else’s page in a browser without Sec-Fetch-Site', () => ({ origin: 'https://evil.example' }), 'auth.cross_site'],
    ['by a page of a neighbour', () => ({ 'sec-fetch-site': 'same-site', origin: 'http://blog.watchparty.test' }), 'auth.cross_site'],
    ['by a page without an origin', () => ({ origin: 'null' }), 'auth.cross_site'],
    ['by somebody else’s page that hides its origin', () => ({ 'sec-fetch-site': 'cross-site' }), 'auth.cross_site'],
  ])('sent %s', async (_by, headers, outcome) => {
    expect(await withHeaders(headers())).toBe(outcome);
    expect(await withHeaders({})).toBe(200);
  });

  test('does not count for a refresh token in the body', async () => {
    const { refreshToken } = await factoriesFor(app).user();
    const { status } = await app.ask('POST', '/api/auth/refresh', { body: { refreshToken }, headers: { origin: 'https://evil.example' } });
    expect(status).toBe(200);
  });
});
