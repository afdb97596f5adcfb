import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { base32, codeAt, stepAt } from './totp.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
});
afterAll(() => server.close());

const PATH = '/api/auth/second-factor';
const post = (path: string, token: string, body?: object) => server.ask('POST', path, { token, body });
const login = ({ username, password }: TestUser, code?: string, app = server) =>
  app.ask('POST', '/api/auth/login', { body: { username, password, ...(code !== undefined && { code }) } });
const secretOf = async (userId: number): Promise<Buffer> =>
  (await server.db.database.kysely.selectFrom('second_factors').select('secret').where('user_id', '=', userId).executeTakeFirstOrThrow()).secret;
/** Half-minutes of one test are counted from its beginning: it may see the next one begin, which is as good. */
let base = 0;
beforeEach(() => {
  base = stepAt(Date.now());
});
const codeOf = async (userId: number, away: number): Promise<string> => codeAt(await secretOf(userId), base + away);
/** None that holds now. */
async function wrongCodeOf(userId: number): Promise<string> {
  const secret = await secretOf(userId);
  const near = new Set([-2, -1, 0, 1, 2].map((away) => codeAt(secret, stepAt(Date.now()) + away)));
  return ['000000', '000001', '000002', '000003', '000004', '000005'].find((code) => !near.has(code))!;
}
/** Lets the codes of now be taken again, as half-minutes that go by would. */
const forgetSteps = (userId: number) =>
  server.db.database.kysely.updateTable('second_factors').set({ last_step: 0 }).where('user_id', '=', userId).execute();

async function enabled(user: TestUser): Promise<string[]> {
  expect((await post(PATH, user.token)).status).toBe(200);
  const { status, body } = await post(`${PATH}/confirm`, user.token, { code: await codeOf(user.id, 0) });
  expect(status).toBe(200);
  return body.data.recoveryCodes as string[];
}

describe('[AC17] A second factor', () => {
  test('changes nothing until a code has confirmed it', async () => {
    const user = await make.user();
    const { body } = await post(PATH, user.token);
    expect(body.data.secret).toBe(base32(await secretOf(user.id)));
    expect(body.data.uri).toBe(`otpauth://totp/WatchParty:${user.username}?secret=${body.data.secret}&issuer=WatchParty`);
    expect((await login(user)).status).toBe(200);
    expect((await server.ask('GET', PATH, { token: user.token })).body.data).toEqual({ enabled: false, recoveryCodesLeft: 0 });
    const wrong = await post(`${PATH}/confirm`, user.token, { code: await wrongCodeOf(user.id) });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'auth.code_wrong']);
    // Another secret: the first one is forgotten.
    const old = await codeOf(user.id, 0);
    expect((await post(PATH, user.token)).body.data.secret).not.toBe(body.data.secret);
    if (old !== (await codeOf(user.id, 0))) expect((await post(`${PATH}/confirm`, user.token, { code: old })).status).toBe(401);
    expect((await post(`${PATH}/confirm`, user.token, { code: await codeOf(user.id, 0) })).status).toBe(200);
    expect((await server.ask('GET', PATH, { token: user.token })).body.data).toEqual({ enabled: true, recoveryCodesLeft: 10 });
    for (const path of [PATH, `${PATH}/confirm`]) {
      expect((await post(path, user.token, path === PATH ? undefined : { code: '123456' })).body.code).toBe('accounts.second_factor_enabled');
    }
    expect((await login(user)).body.code).toBe('auth.code_required');
  });

  test('is asked for after the right password only', async () => {
    const user = await make.user();
    await enabled(user);
    expect((await login({ ...user, password: 'wrong' })).body.code).toBe('auth.credentials_wrong');
    expect((await login({ ...user, password: 'wrong' }, await codeOf(user.id, 1))).body.code).toBe('auth.credentials_wrong');
    const asked = await login(user);
    expect([asked.status, asked.body.code, asked.headers.get('set-cookie')]).toEqual([401, 'auth.code_required', null]);
    expect((await login(user, await wrongCodeOf(user.id))).body.code).toBe('auth.code_wrong');
    // The wrong password has not used it up.
    expect((await login(user, await codeOf(user.id, 1))).status).toBe(200);
  });

  test('takes no code twice, nor an older one, however many come at once', async () => {
    const user = await make.user();
    await enabled(user);
    // The one that confirmed.
    expect((await login(user, await codeOf(user.id, 0))).body.code).toBe('auth.code_wrong');
    const code = await codeOf(user.id, 1);
    const statuses = (await Promise.all([1, 2, 3, 4, 5].map(() => login(user, code)))).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401, 401]);
    for (const away of [-1, 0, 1]) expect((await login(user, await codeOf(user.id, away))).status).toBe(401);
    await forgetSteps(user.id);
    const spaced = (await codeOf(user.id, 0)).replace(/^(...)/, '$1 ');
    expect((await login(user, spaced)).status).toBe(200);
  });

  test('can be disabled, and set up anew', async () => {
    const user = await make.user();
    expect((await server.ask('DELETE', PATH, { token: user.token })).body.code).toBe('accounts.second_factor_missing');
    expect((await post(`${PATH}/confirm`, user.token, { code: '123456' })).body.code).toBe('accounts.second_factor_missing');
    const codes = await enabled(user);
    expect((await server.ask('DELETE', PATH, { token: user.token })).body).toEqual({ success: true, data: null });
    expect((await login(user)).status).toBe(200);
    await enabled(user);
    expect((await login(user, codes[0])).body.code).toBe('auth.code_wrong');
  });
});

describe('[AC18] Recovery codes', () => {
  test('stand in for a code, each once, however they are typed', async () => {
    const user = await make.user();
    const codes = await enabled(user);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^(?:[a-z2-7]{6}-){3}[a-z2-7]{6}$/);
    expect((await login(user, codes[0])).status).toBe(200);
    expect((await login(user, codes[0])).body.code).toBe('auth.code_wrong');
    expect((await login(user, codes[1]!.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
    const atOnce = (await Promise.all([1, 2, 3].map(() => login(user, codes[2])))).map(({ status }) => status);
    expect(atOnce.toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
    expect((await server.ask('GET', PATH, { token: user.token })).body.data.recoveryCodesLeft).toBe(7);
    const other = await make.user();
    await enabled(other);
    expect((await login(other, codes[3])).status).toBe(401);
  });

  test('end with new ones, and lie in the database as hashes alone', async () => {
    const user = await make.user();
    const none = await post(`${PATH}/recovery-codes`, user.token);
    expect(none.body.code).toBe('accounts.second_factor_missing');
    const old = await enabled(user);
    const { body } = await post(`${PATH}/recovery-codes`, user.token);
    expect((await login(user, old[0])).status).toBe(401);
    expect((await login(user, body.data.recoveryCodes[0])).status).toBe(200);
    const rows = await server.db.database.kysely.selectFrom('recovery_codes').selectAll().where('user_id', '=', user.id).execute();
    expect(rows.map(({ code_hash: hash }) => hash.length)).toEqual(Array.from({ length: 9 }, () => 32));
  });

  test('and codes are tried so often in a day, and no more', async () => {
    const limited = await startTestApp({ RATE_LIMIT_AUTH_MAX: '4', RATE_LIMIT_WINDOW_MS: '1000', TRUST_PROXY: 'true' });
    try {
      let count = 0;
      const from = (ask: TestApp['ask']): TestApp['ask'] => (method, path, options = {}) => {
        count += 1;
        return ask(method, path, { ...options, headers: { 'x-forwarded-for': `10.0.${count >> 8}.${count & 255}`, ...options.headers } });
      };
      const ask = from(limited.ask);
      const user = await factoriesFor({ ask }).user();
      await ask('POST', PATH, { token: user.token });
      const { secret } = await limited.db.database.kysely.selectFrom('second_factors').select('secret').executeTakeFirstOrThrow();
      const confirmed = await ask('POST', `${PATH}/confirm`, { token: user.token, body: { code: codeAt(secret, stepAt(Date.now())) } });
      const { recoveryCodes } = confirmed.body.data;
      const guess = (code: string) => ask('POST', '/api/auth/reauthenticate', { token: user.token, body: { code } });
      const codes = [];
      for (let round = 0; round < 12; round += 1) codes.push((await guess('no-such-code')).body.code);
      // Confirming took one of the twelve.
      expect(codes).toEqual([...Array.from({ length: 11 }, () => 'auth.code_wrong'), 'ratelimit.exceeded']);
      const refused = await guess(recoveryCodes[0]);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
      expect((await login(user, recoveryCodes[0], { ...limited, ask })).status).toBe(429);
    } finally {
      await limited.close();
    }
  });
});

describe('[AC19] What takes a recent proof', () => {
  /** As if the sign-in had been so long ago. */
  const age = (user: TestUser, minutes = 16) =>
    server.db.database.kysely.updateTable('sessions').set({ authenticated_at: new Date(Date.now() - minutes * 60_000) })
      .where('user_id', '=', user.id).execute();
  const prove = (user: TestUser, body: object) => post('/api/auth/reauthenticate', user.token, body);
  const patch = (user: TestUser, body: object) => server.ask('PATCH', '/api/auth/profile', { token: user.token, body });
  const needy = (user: TestUser, admin: TestUser): readonly (() => Promise<{ status: number; body: { code?: string } }>)[] => [
    () => patch(user, { email: `new-${user.email}` }),
    () => server.ask('PUT', '/api/auth/profile', { token: user.token, body: { displayName: 'x', email: `newer-${user.email}` } }),
    () => post(PATH, user.token),
    () => post(`${PATH}/confirm`, user.token, { code: '123456' }),
    () => post(`${PATH}/recovery-codes`, user.token),
    () => server.ask('DELETE', PATH, { token: user.token }),
    () => server.ask('DELETE', '/api/auth/sessions', { token: user.token }),
    () => server.ask('PATCH', `/api/admin/users/${user.id}`, { token: admin.token, body: { role: 'user' } }),
    () => server.ask('DELETE', `/api/admin/users/${user.id}/second-factor`, { token: admin.token }),
  ];

  test('is refused without one, and done with one', async () => {
    const [user, admin] = [await make.user(), await make.user()];
    await server.db.database.kysely.updateTable('users').set({ role: 'admin' }).where('id', '=', admin.id).execute();
    for (const person of [user, admin]) await age(person);
    for (const ask of needy(user, admin)) {
      const { status, body } = await ask();
      expect([status, body.code]).toEqual([403, 'auth.reauthentication_required']);
    }
    // The address that one has, and everything else, as before.
    expect((await patch(user, { email: user.email, bio: 'Hi' })).status).toBe(200);
    for (const person of [user, admin]) expect((await prove(person, { password: person.password })).body).toEqual({ success: true, data: null });
    for (const ask of needy(user, admin)) expect((await ask()).body.code).not.toBe('auth.reauthentication_required');
    await age(user, 14);
    expect((await patch(user, { email: `late-${user.email}` })).status).toBe(200);
  });

  test('is a matter of this session: another one’s proof does not help, nor does refreshing', async () => {
    const user = await make.user();
    await age(user);
    const fresh = (await login(user)).body.data;
    expect((await patch(user, { email: `x${user.email}` })).status).toBe(403);
    const refreshed = (await server.ask('POST', '/api/auth/refresh', { body: { refreshToken: user.refreshToken } })).body.data;
    expect((await patch({ ...user, token: refreshed.accessToken }, { email: `x${user.email}` })).status).toBe(403);
    expect((await patch({ ...user, token: fresh.accessToken }, { email: `x${user.email}` })).status).toBe(200);
  });

  test('takes the right password', async () => {
    const user = await make.user();
    await age(user);
    const wrong = await prove(user, { password: 'wrong' });
    expect([wrong.status, wrong.body.code, wrong.body.errors[0].field]).toEqual([403, 'accounts.password_wrong', '/body/password']);
    for (const body of [{}, { code: '123456' }]) expect((await prove(user, body)).body.code).toBe('request.invalid');
    expect((await patch(user, { email: `x${user.email}` })).status).toBe(403);
  });

  test('takes a code where there is a second factor; a password is not enough, not even for a new password', async () => {
    const user = await make.user();
    const codes = await enabled(user);
    await age(user);
    expect((await prove(user, { password: user.password })).body.code).toBe('auth.code_required');
    expect((await prove(user, { password: user.password, code: await wrongCodeOf(user.id) })).body.code).toBe('auth.code_wrong');
    const change = { currentPassword: user.password, newPassword: 'another horse' };
    expect((await post('/api/auth/change-password', user.token, change)).body.code).toBe('auth.reauthentication_required');
    expect((await server.ask('DELETE', PATH, { token: user.token })).status).toBe(403);
    expect((await prove(user, { code: codes[0]! })).status).toBe(200);
    expect((await post('/api/auth/change-password', user.token, change)).status).toBe(200);
    expect((await server.ask('DELETE', PATH, { token: user.token })).status).toBe(200);
  });
});
