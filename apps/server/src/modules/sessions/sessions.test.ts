import { createHash, createHmac } from 'node:crypto';
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
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt' });
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

test('[SE3] A refresh token is replaced at each use; the old one is refused', async () => {
  const ann = await make.user();
  const first = await refresh(ann.refreshToken);
  expect(first.body).toEqual({ success: true, data: { accessToken: expect.any(String), refreshToken: expect.any(String), expiresInSeconds: 900 } });
  expect((await profile(first.body.data.accessToken)).body.data.id).toBe(ann.id);
  const replayed = await refresh(ann.refreshToken);
  expect([replayed.status, replayed.body.code]).toEqual([401, 'auth.refresh_token_invalid']);
  expect((await refresh(first.body.data.refreshToken)).status).toBe(200);
  for (const token of ['', 'x', ann.token]) expect((await refresh(token)).status).toBeGreaterThanOrEqual(400);
  expect((await server.ask('POST', '/api/auth/refresh')).body.code).toBe('auth.refresh_token_invalid');
});

test('[SE3] Of 20 concurrent uses of one refresh token one wins', async () => {
  const ann = await make.user();
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(ann.refreshToken)));
  const won = answers.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  expect((await refresh(won[0]!.body.data.refreshToken)).status).toBe(200);
});

test('[SE3] Only the hash of a refresh token is stored', async () => {
  const rows = await server.db.database.kysely.selectFrom('sessions').selectAll().where('id', '=', user.sessionId).execute();
  expect(rows[0]!.refresh_hash.equals(createHash('sha256').update(user.refreshToken).digest())).toBe(true);
  expect(Buffer.from(user.refreshToken, 'base64url')).toHaveLength(32);
});

describe.each([['http', ''], ['https', '; Secure']])('[SE4] With useCookie behind %s', (scheme, secure) => {
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
    const signedIn = await app.ask('POST', '/api/auth/login', { body: { username: ann.username, password: ann.password, useCookie: true } });
    const [cookie] = signedIn.headers.getSetCookie();
    const [, token] = /^watchparty_refresh=([\w-]{43}); (.*)$/.exec(cookie!)!;
    expect(cookie).toBe(`watchparty_refresh=${token}; Max-Age=1209600; ${attributes}`);
    expect(signedIn.body.data).toEqual({ user: expect.anything(), accessToken: expect.any(String), sessionId: expect.any(String), expiresInSeconds: 900 });
    expect(JSON.stringify(signedIn.body)).not.toContain(token);

    const withCookie = (value: string) => app.ask('POST', '/api/auth/refresh', { headers: { cookie: `theme=dark; watchparty_refresh=${value}` } });
    const fresh = await withCookie(token!);
    expect(fresh.body.data).toEqual({ accessToken: expect.any(String), expiresInSeconds: 900 });
    const [, next] = /^watchparty_refresh=([\w-]{43});/.exec(fresh.headers.getSetCookie()[0]!)!;
    expect(next).not.toBe(token);
    expect((await withCookie(token!)).body.code).toBe('auth.refresh_token_invalid');

    const out = await app.ask('POST', '/api/auth/logout', { token: fresh.body.data.accessToken });
    expect(out.headers.getSetCookie()).toEqual([`watchparty_refresh=; Max-Age=0; ${attributes}`]);
    expect((await withCookie(next!)).body.code).toBe('auth.refresh_token_invalid');
  });
});
