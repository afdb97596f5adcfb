import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Ask, startTestApp, type TestApp } from '../../../test/app.ts';
import { startBrowser, watchPage } from '../../../test/browser.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { createBoardSignIn } from './index.ts';

const BOARD = '/admin/queues';
const MINUTE_MS = 60_000;

describe('Without a browser', () => {
  let server: TestApp;
  let make: ReturnType<typeof factoriesFor>;
  let admin: TestUser;
  let user: TestUser;
  beforeAll(async () => {
    server = await startTestApp({ RATE_LIMIT_AUTH_MAX: '100' });
    make = factoriesFor(server);
    [admin, user] = [await make.user(), await make.user()];
  });
  afterAll(() => server.close());

  const signIn = ({ username, password }: { username: string; password: string }, ask: Ask = {}) =>
    server.ask('POST', `${BOARD}/sign-in`, { body: { name: username, password }, ...ask });
  /** What a browser would send back. */
  const cookieOf = (answer: { headers: Headers }): string => answer.headers.get('set-cookie')!.split(';')[0]!;
  const look = (cookie: string, path = '') => server.ask('GET', `${BOARD}${path}`, { headers: { cookie } });
  /** An administrator of the test's own, signed in to the board. */
  async function another() {
    const person = await make.user();
    await server.db.database.kysely.updateTable('users').set({ role: 'admin' }).where('id', '=', person.id).execute();
    return { ...person, cookie: cookieOf(await signIn(person)) };
  }

  test('[QB1] Everybody sees the form, and administrators who have signed in the board', async () => {
    const form = await server.ask('GET', BOARD);
    expect([form.status, form.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
    expect(form.body).toContain('Sign in');
    expect((await server.ask('GET', BOARD, { token: admin.token })).status).toBe(401);
    for (const path of ['/api/queues', '/static/favicon.ico', '/api/redis/stats']) expect((await server.ask('GET', `${BOARD}${path}`)).status, path).toBe(401);
    const cookie = cookieOf(await signIn(admin));
    for (const path of ['', '/', '/queue/email']) expect((await look(cookie, path)).body, path).toContain('id="root"');
    const { status, body } = await look(cookie, '/api/queues');
    expect([status, body.queues.map(({ name }: { name: string }) => name)]).toEqual([200, expect.arrayContaining(['email', 'imageProcessing', 'roomCleanup'])]);
    expect((await look(cookie, '/static/favicon.ico')).headers.get('content-type')).toBe('image/x-icon');
  });

  test('[QB1] Nobody else is let in, and nothing is left of their trying', async () => {
    expect((await signIn({ ...admin, password: 'wrong' })).body.code).toBe('auth.credentials_wrong');
    const sessions = async () => (await server.db.database.kysely.selectFrom('sessions').select('id').where('user_id', '=', user.id).where('ended_at', 'is', null).execute()).length;
    const before = await sessions();
    const refused = await signIn(user);
    expect([refused.status, refused.body.code, refused.headers.get('set-cookie')]).toEqual([403, 'auth.forbidden', null]);
    expect(await sessions()).toBe(before);
    for (const cookie of [`watchparty_queues=${user.token}`, 'watchparty_queues=a.b.c', 'watchparty_queues=']) expect((await look(cookie)).status).toBe(401);
  });

  test('[QB2] The cookie is out of reach of scripts and other sites, and for the board alone', async () => {
    const cookie = (await signIn(admin)).headers.get('set-cookie');
    expect(cookie).toMatch(/^watchparty_queues=[\w.-]+; Max-Age=900; Path=\/admin\/queues; HttpOnly; SameSite=Strict$/);
    const secure = createBoardSignIn({ path: BOARD, publicUrl: 'https://party.example.org' }, { accounts: server.app.accounts, sessions: server.app.sessions, clock: { now: Date.now } });
    const given = { name: admin.username, password: admin.password };
    expect(await secure.signIn(server.app.write, {}, given, { userAgent: '', ip: '::1' })).toMatch(/^__Secure-watchparty_queues=.*; Secure$/);
  });

  test('[QB2] It is renewed for who goes on looking, for eight hours at most', async () => {
    const { cookie } = await another();
    let now = Date.now();
    const later = createBoardSignIn({ path: BOARD, publicUrl: server.url }, { accounts: server.app.accounts, sessions: server.app.sessions, clock: { now: () => now } });
    expect(await later.admitted({ cookie })).not.toHaveProperty('setCookie');
    now += 5 * MINUTE_MS;
    const { setCookie } = (await later.admitted({ cookie }))!;
    expect(setCookie).toMatch(/^watchparty_queues=[\w.-]+; Max-Age=900; Path=\/admin\/queues; HttpOnly; SameSite=Strict$/);
    expect((await look(setCookie!.split(';')[0]!)).status).toBe(200);
    now += 8 * 60 * MINUTE_MS;
    expect(await later.admitted({ cookie })).toBeUndefined();
  });

  test('[QB3] Who lost the role, signed out or was signed out is out at once', async () => {
    const demoted = await another();
    expect((await look(demoted.cookie)).status).toBe(200);
    await server.app.write(async (tx, effects) => {
      await tx.updateTable('users').set({ role: 'user' }).where('id', '=', demoted.id).execute();
      effects.add({ kind: 'cache.invalidated', payload: { tags: [`user:${demoted.id}`] } });
    });
    expect((await look(demoted.cookie)).status).toBe(401);

    const leaving = await another();
    const out = await server.ask('POST', `${BOARD}/sign-out`, { body: {}, headers: { cookie: leaving.cookie } });
    expect(out.headers.get('set-cookie')).toBe('watchparty_queues=; Max-Age=0; Path=/admin/queues; HttpOnly; SameSite=Strict');
    expect((await look(leaving.cookie)).status).toBe(401);

    const changed = await another();
    await server.ask('POST', '/api/auth/change-password', { token: changed.token, body: { currentPassword: changed.password, newPassword: 'another horse' } });
    expect((await look(changed.cookie, '/api/queues')).status).toBe(401);
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403], [{ 'sec-fetch-site': 'same-site' }, 403], [{ origin: 'http://evil.example' }, 403], [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200], [{ origin: 'http://watchparty.test' }, 200],
  ])('[QB4] Signing in and out with %j is answered %i', async (headers, status) => {
    expect((await signIn(admin, { headers })).status).toBe(status);
    expect((await server.ask('POST', `${BOARD}/sign-out`, { body: {}, headers })).status).toBe(status);
  });

  test('[QB4] Trying passwords is limited', async () => {
    expect((await signIn(admin)).headers.get('ratelimit-policy')).toContain('"auth"');
  });

  test('[QB5] Nothing of the board changes a queue', async () => {
    const { cookie } = await another();
    for (const [method, path] of [['PUT', '/api/queues/email/pause'], ['POST', '/api/queues/email/add'], ['PUT', '/api/queues/email/obliterate'], ['PUT', '/api/queues/pause']] as const) {
      const { status } = await server.ask(method, `${BOARD}${path}`, { body: {}, headers: { cookie } });
      expect(status, path).toBe(405);
    }
    const { body } = await look(cookie, '/api/queues');
    for (const queue of body.queues) expect(queue).toMatchObject({ readOnlyMode: true, allowRetries: false, isPaused: false });
  });
});

describe.each([['Redis', true], ['PostgreSQL', false]])('In a real browser, with the queues in %s', (_name, shared) => {
  let redis: TestRedis;
  let browser: Browser;
  let server: TestApp;
  beforeAll(async () => {
    redis = await startRedis();
    browser = await startBrowser();
    server = await startTestApp(shared ? { REDIS_URL: redis.url } : {});
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
    await redis.stop();
  });

  test('[QB1] [QB5] An administrator signs in, sees the queues and their jobs, and signs out', { timeout: 60_000 }, async () => {
    const admin = await factoriesFor(server).user();
    await server.ask('POST', '/api/queues/cleanup', { token: admin.token });
    const done = async () => (await server.ask('GET', '/api/queues/stats', { token: admin.token })).body.data.roomCleanup.completed;
    await expect.poll(done).toBe(1);

    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const { complaints, strangers } = watchPage(page, server.url);
    const first = await page.goto(`${server.url}${BOARD}`);
    expect(first!.headers()['content-security-policy']).toMatch(/script-src 'self';/);
    await page.getByLabel('Username').fill(admin.username);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
    await page.getByLabel('Password').fill(admin.password);
    await page.getByRole('button', { name: 'Sign in' }).click();

    for (const queue of ['email', 'imageProcessing', 'roomCleanup']) await page.getByRole('link', { name: queue }).first().waitFor();
    await page.getByRole('link', { name: 'roomCleanup' }).first().click();
    await page.waitForURL(/\/queue\/roomCleanup/);
    await page.reload();
    await page.getByRole('link', { name: 'email' }).first().waitFor();

    await page.goto(`${server.url}${BOARD}/sign-out`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    // The browser tells of answers with 401; and leaving a page breaks off what that is still loading.
    expect(complaints.filter((line) => !/status of 401| failed$/.test(line))).toEqual([]);
    expect(strangers).toEqual([]);
  });
});
