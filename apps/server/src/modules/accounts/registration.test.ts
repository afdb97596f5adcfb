import { expect, onTestFinished, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  const app = await startTestApp(env);
  onTestFinished(() => app.close());
  return app;
}

const PRODUCTION = {
  NODE_ENV: 'production', JWT_SECRET: 'a secret for tests that is long enough to sign with', HOST: '127.0.0.1',
  PUBLIC_URL: 'https://watchparty.test',
};

let count = 0;
function register({ ask }: TestApp, given: object = {}) {
  count += 1;
  return ask('POST', '/api/auth/register', {
    body: { email: `p${count}@example.org`, username: `person${count}`, password: 'a rare enough one', ...given },
  });
}
const roleAfter = async (app: TestApp, given: object = {}): Promise<string> => {
  const { body } = await register(app, given);
  return body.data?.user.role ?? body.code;
};
const tokenOf = async (app: TestApp): Promise<string | undefined> => {
  const link = await app.app.accounts.openSetupLink(app.app.write);
  if (link === undefined) return undefined;
  expect(link).toMatch(new RegExp(`^${app.config.http.publicUrl}/register\\?setup=`));
  return new URL(link).searchParams.get('setup')!;
};

test('[AC4] Outside production the first is admin and needs no link', async () => {
  const app = await start();
  expect(await tokenOf(app)).toBeUndefined();
  expect([await roleAfter(app), await roleAfter(app)]).toEqual(['admin', 'user']);
});

test('[AC5] In production the set-up link makes one admin, once, of two who use it at the same time', async () => {
  const app = await start(PRODUCTION);
  const { user } = (await register(app)).body.data;
  expect(user.role).toBe('user');
  const replaced = await tokenOf(app);
  const setupToken = await tokenOf(app);
  expect(await roleAfter(app, { setupToken: replaced })).toBe('accounts.setup_token_invalid');
  expect(await roleAfter(app, { setupToken: 'guessed' })).toBe('accounts.setup_token_invalid');
  // It is not used up by one who fails with it.
  expect(await roleAfter(app, { setupToken, username: user.username })).toBe('accounts.username_taken');
  expect(await roleAfter(app, { setupToken, password: 'password1' })).toBe('accounts.password_weak');
  const roles = await Promise.all(Array.from({ length: 10 }, () => roleAfter(app, { setupToken })));
  expect(roles.toSorted()).toEqual([...Array.from({ length: 9 }, () => 'accounts.setup_token_invalid'), 'admin']);
  expect(await tokenOf(app)).toBeUndefined();
  expect(await roleAfter(app)).toBe('user');
});

test('[AC5] Whoever has the address ADMIN_EMAIL is the admin, and no link is offered', async () => {
  const app = await start({ ...PRODUCTION, ADMIN_EMAIL: 'boss@example.org' });
  expect(await tokenOf(app)).toBeUndefined();
  expect(await roleAfter(app)).toBe('user');
  expect(await roleAfter(app, { email: 'Boss@Example.org' })).toBe('admin');
  expect(await roleAfter(app)).toBe('user');
});

test.each([
  ['closed', 'accounts.registration_closed'],
  ['invite', 'accounts.registration_invite_only'],
])('[AC6] REGISTRATION %s refuses new accounts, but for the admin', async (REGISTRATION, code) => {
  const closed = await start({ REGISTRATION });
  const refused = await register(closed);
  expect([refused.status, refused.body.code]).toEqual([403, code]);
  expect(await roleAfter(closed, { setupToken: await tokenOf(closed) })).toBe('admin');
  expect(await roleAfter(closed)).toBe(code);
  const named = await start({ REGISTRATION, ADMIN_EMAIL: 'boss@example.org' });
  expect(await roleAfter(named)).toBe(code);
  expect(await roleAfter(named, { email: 'boss@example.org' })).toBe('admin');
  expect(await roleAfter(named, { email: 'BOSS@example.org' })).toBe('accounts.email_taken');
});

test('[AC7] Outside production a password needs 6 characters', async () => {
  const app = await start();
  expect(await roleAfter(app, { password: '12345' })).toBe('accounts.password_weak');
  expect(await roleAfter(app, { password: '123456' })).toBe('admin');
  expect(await roleAfter(app, { password: '🍿🍿🍿🍿🍿' })).toBe('accounts.password_weak');
  expect(await roleAfter(app, { password: '🍿🍿🍿🍿🍿🍿' })).toBe('user');
});

test('[AC7] In production a password needs 8 characters that are not everybody’s first guess', async () => {
  const app = await start(PRODUCTION);
  for (const password of ['1234567', 'password1', 'PassWord1', 'qwerty123', '12345678', 'iloveyou']) {
    const { status, body } = await register(app, { password });
    expect([status, body.code, body.errors?.[0].field], password).toEqual([422, 'accounts.password_weak', '/body/password']);
  }
  const { body } = await register(app, { password: 'kettle-orbit-7' });
  const change = (newPassword: string) => app.ask('POST', '/api/auth/change-password', {
    token: body.data.accessToken, body: { currentPassword: 'kettle-orbit-7', newPassword },
  });
  expect((await change('qwerty123')).body.code).toBe('accounts.password_weak');
  expect((await change('kettle-orbit-8')).status).toBe(200);
});
