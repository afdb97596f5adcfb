import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { removeExpired } from './cleanup.repo.ts';

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const IPAD = 'Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/128.0.6613.98 Mobile/15E148 Safari/604.1';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestApp({ TRUST_PROXY: '1' });
  make = factoriesFor(server);
  admin = await make.user();
});
afterAll(() => server.close());

interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
}

async function signIn({ username, password }: TestUser, userAgent = WINDOWS, ip = '203.0.113.7'): Promise<SignedIn> {
  const headers = { 'user-agent': userAgent, 'x-forwarded-for': ip };
  return (await server.ask('POST', '/api/auth/login', { body: { username, password }, headers })).body.data;
}
const list = (token: string, query = '') => server.ask('GET', `/api/auth/sessions${query}`, { token });
const idsOf = async (token: string): Promise<string[]> => (await list(token)).body.data.items.map(({ id }: { id: string }) => id);
const end = (token: string, id: string) => server.ask('DELETE', `/api/auth/sessions/${id}`, { token });
const endOthers = (token: string) => server.ask('DELETE', '/api/auth/sessions', { token });
const status = async (token: string): Promise<number> => (await server.ask('GET', '/api/auth/profile', { token })).status;
const signedInMinutesAgo = (minutes: number, id: string) =>
  server.db.database.kysely.updateTable('sessions').set({ authenticated_at: new Date(Date.now() - minutes * 60_000) }).where('id', '=', id).execute();

describe('[SE12] Where one is signed in', () => {
  test('is told with device, browser, system and address', async () => {
    const ann = await make.user();
    const phone = await signIn(ann, IPHONE, '198.51.100.9');
    const { status: code, body } = await list(phone.accessToken);
    expect(code).toBe(200);
    expect(body.data).toMatchObject({ page: 1, limit: 10, total: 2 });
    const [first, second] = body.data.items;
    expect(first).toEqual({
      id: phone.sessionId, device: 'mobile', browser: 'Safari', os: 'iOS', ip: '198.51.100.9', current: true,
      createdAt: expect.any(String), lastSeenAt: expect.any(String),
      metadata: {
        userAgent: IPHONE, browserVersion: '18.5', osVersion: '18.5', vendor: 'Apple', model: 'iPhone',
        expiresAt: new Date(Date.parse(first.createdAt) + 14 * 86_400_000).toISOString(), authenticatedAt: first.createdAt,
      },
    });
    expect(second).toMatchObject({ id: ann.sessionId, current: false, device: 'unknown', browser: 'node', os: 'unknown' });
    expect(JSON.stringify(body)).not.toContain('hash');
  });

  test.each([
    [WINDOWS, 'desktop', 'Chrome', 'Windows'],
    [IPAD, 'tablet', 'Chrome', 'iOS'],
    [FIREFOX, 'desktop', 'Firefox', 'Linux'],
    ['curl/8.14.1', 'unknown', 'curl', 'unknown'],
    ['', 'unknown', 'unknown', 'unknown'],
    [`${'('.repeat(400)}${'a/'.repeat(100)}`, 'unknown', expect.any(String), 'unknown'],
    ['<script>alert(1)</script>', 'unknown', expect.any(String), 'unknown'],
  ])('by %j', async (userAgent, device, browser, os) => {
    const ann = await make.user();
    const { accessToken } = await signIn(ann, userAgent);
    expect((await list(accessToken)).body.data.items[0]).toMatchObject({ device, browser, os });
  });

  test('comes page by page, the one used last first, and changes at once', async () => {
    const ann = await make.user();
    const others = [];
    for (let n = 0; n < 4; n += 1) others.push(await signIn(ann));
    expect(await idsOf(ann.token)).toHaveLength(5);
    await list(others[1]!.accessToken);
    await expect.poll(async () => (await idsOf(ann.token)).slice(0, 2)).toEqual([ann.sessionId, others[1]!.sessionId]);
    const page = await list(ann.token, '?page=3&limit=2');
    expect(page.body.data).toMatchObject({ items: [expect.anything()], page: 3, limit: 2, total: 5 });
    expect((await list(ann.token, '?page=4&limit=2')).body.code).toBe('page.past_end');
    await server.ask('POST', '/api/auth/logout', { token: others[2]!.accessToken });
    expect(await idsOf(ann.token)).not.toContain(others[2]!.sessionId);
    const more = await signIn(ann);
    expect(await idsOf(ann.token)).toContain(more.sessionId);
  });

  test('a refresh tells from where', async () => {
    const ann = await make.user();
    const { accessToken, refreshToken } = await signIn(ann, WINDOWS, '203.0.113.7');
    await list(accessToken);
    await server.ask('POST', '/api/auth/refresh', { body: { refreshToken }, headers: { 'user-agent': IPHONE, 'x-forwarded-for': '203.0.113.8' } });
    expect((await list(accessToken)).body.data.items[0]).toMatchObject({ ip: '203.0.113.8', device: 'mobile', current: true });
  });
});

describe('[SE2] [SE12] Ending', () => {
  test('one other session', async () => {
    const ann = await make.user();
    const [first, second] = [await signIn(ann), await signIn(ann)];
    expect((await end(ann.token, first.sessionId)).body).toEqual({ success: true, data: null });
    expect([await status(first.accessToken), await status(second.accessToken), await status(ann.token)]).toEqual([401, 200, 200]);
    expect((await server.ask('POST', '/api/auth/refresh', { body: { refreshToken: first.refreshToken } })).body.code).toBe('auth.refresh_token_invalid');
    expect((await end(ann.token, first.sessionId)).body.code).toBe('sessions.not_found');
  });

  test('one’s own: the cookie goes too', async () => {
    const ann = await make.user();
    await signedInMinutesAgo(60, ann.sessionId);
    const { status: code, headers } = await end(ann.token, ann.sessionId);
    expect([code, headers.getSetCookie()]).toEqual([200, ['watchparty_refresh=; Max-Age=0; Path=/api/auth; HttpOnly; SameSite=Strict']]);
    expect(await status(ann.token)).toBe(401);
  });

  test('all others', async () => {
    const ann = await make.user();
    const others = [await signIn(ann), await signIn(ann), await signIn(ann)];
    expect((await endOthers(others[0]!.accessToken)).body).toEqual({ success: true, data: { ended: 3 } });
    expect(await status(others[0]!.accessToken)).toBe(200);
    for (const token of [ann.token, others[1]!.accessToken, others[2]!.accessToken]) expect(await status(token)).toBe(401);
    expect((await endOthers(others[0]!.accessToken)).body.data).toEqual({ ended: 0 });
  });

  test('nobody else’s', async () => {
    const [ann, boris] = [await make.user(), await make.user()];
    for (const id of [ann.sessionId, '01890a5d-ac96-774b-bcce-b302099a8057']) {
      expect((await end(boris.token, id)).body.code).toBe('sessions.not_found');
    }
    await endOthers(boris.token);
    expect([await status(ann.token), await status(boris.token)]).toEqual([200, 200]);
    expect((await end(boris.token, 'x')).body.code).toBe('request.invalid');
    expect((await server.ask('GET', '/api/auth/sessions')).body.code).toBe('auth.required');
  });

  test('others asks for a sign-in of the last 15 minutes', async () => {
    const ann = await make.user();
    const other = await signIn(ann);
    await signedInMinutesAgo(15.1, ann.sessionId);
    for (const ask of [() => end(ann.token, other.sessionId), () => endOthers(ann.token)]) {
      const { status: code, body } = await ask();
      expect([code, body.code]).toEqual([403, 'auth.reauthentication_required']);
    }
    expect(await status(other.accessToken)).toBe(200);
    await server.app.write((tx) => server.app.sessions.recordProof(tx, ann.sessionId));
    expect((await endOthers(ann.token)).body.data).toEqual({ ended: 1 });
    // A refresh proves nothing.
    await signedInMinutesAgo(15.1, ann.sessionId);
    const { accessToken } = (await server.ask('POST', '/api/auth/refresh', { body: { refreshToken: ann.refreshToken } })).body.data;
    expect((await endOthers(accessToken)).status).toBe(403);
  });
});

test('[SE16] The hundred and first session ends the one that was not seen for longest', async () => {
  const ann = await make.user();
  const client = { userAgent: '', ip: '::1' };
  const { write, sessions } = server.app;
  const open = () => write((tx, effects) => sessions.createSession(tx, effects, ann.id, client));
  const all = [];
  for (let n = 0; n < 99; n += 1) all.push(await open());
  await server.db.database.kysely.updateTable('sessions').set({ last_seen_at: new Date(0) }).where('id', '=', all[41]!.sessionId).execute();
  expect((await list(ann.token, '?limit=100')).body.data.total).toBe(100);
  expect(await status(all[41]!.accessToken)).toBe(200);
  await open();
  expect(await status(all[41]!.accessToken)).toBe(401);
  expect((await list(ann.token, '?limit=100')).body.data.total).toBe(100);
  expect(await status(ann.token)).toBe(200);
});

describe('[SE13] The statistics', () => {
  const stats = async () => (await server.ask('GET', '/api/admin/sessions/stats', { token: admin.token })).body.data;

  test('count who is signed in, by what, and each day’s beginnings and ends, also of sessions that are removed', async () => {
    const before = await stats();
    const ann = await make.user();
    const [pc, phone, tablet] = [await signIn(ann), await signIn(ann, IPHONE), await signIn(ann, IPAD)];
    const after = await stats();
    const grown = (of: Record<string, number>, was: Record<string, number>, name: string): number => (of[name] ?? 0) - (was[name] ?? 0);
    expect([after.activeSessions - before.activeSessions, after.activeUsers - before.activeUsers]).toEqual([4, 1]);
    expect(['desktop', 'mobile', 'tablet'].map((name) => grown(after.byDevice, before.byDevice, name))).toEqual([1, 1, 1]);
    expect(['Windows', 'iOS'].map((name) => grown(after.byPlatform, before.byPlatform, name))).toEqual([1, 2]);
    expect(after.perDay).toHaveLength(30);

    await server.ask('POST', '/api/auth/logout', { token: pc.accessToken });
    await end(ann.token, phone.sessionId);
    const day = (offset: number): string => new Date(Date.now() - offset * 86_400_000).toISOString().slice(0, 10);
    await server.db.database.kysely.updateTable('sessions')
      .set({ created_at: new Date(`${day(3)}T23:59:59Z`), expires_at: new Date(Date.now() - 1) }).where('id', '=', tablet.sessionId).execute();
    const ended = await stats();
    const on = ({ perDay }: { perDay: Record<string, number | string>[] }, date: string) => perDay.find((it) => it['date'] === date);
    const [today, was] = [on(ended, day(0)), on(before, day(0))] as Record<string, number>[];
    expect([grown(today!, was!, 'created'), grown(today!, was!, 'signedOut'), grown(today!, was!, 'revoked')]).toEqual([3, 1, 1]);
    expect(on(ended, day(3))).toEqual({ date: day(3), created: 1, signedOut: 0, revoked: 0 });
    expect(ended.activeSessions - before.activeSessions).toBe(1);

    await server.app.write((tx) => removeExpired(tx, new Date(), 1000));
    await server.app.write((tx) => removeExpired(tx, new Date(), 1000));
    const rows = await server.db.database.kysely.selectFrom('sessions').select('id').where('user_id', '=', ann.id).execute();
    expect(rows).toEqual([{ id: ann.sessionId }]);
    expect(await stats()).toEqual(ended);
  });

  test('are for administrators', async () => {
    const { token } = await make.user();
    expect((await server.ask('GET', '/api/admin/sessions/stats', { token })).body.code).toBe('auth.forbidden');
  });
});
