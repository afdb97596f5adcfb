import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
});
afterAll(() => server.close());

const post = (path: string, body: object, token?: string) => server.ask('POST', `/api/auth/${path}`, { body, token });
const profile = (method: string, token: string, body?: object) => server.ask(method, '/api/auth/profile', { token, body });
const admins = async (app: TestApp): Promise<number> =>
  (await app.db.database.kysely.selectFrom('users').select('id').where('role', '=', 'admin').execute()).length;

test('[AC4] Of 100 first users who register at once exactly one is admin', async () => {
  const fresh = await startTestApp();
  try {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        fresh.ask('POST', '/api/auth/register', { body: { email: `u${index}@example.org`, username: `user${index}`, password: 'secret' } })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(answers.filter(({ body }) => body.data.user.role === 'admin')).toHaveLength(1);
    expect(await admins(fresh)).toBe(1);
  } finally {
    await fresh.close();
  }
});

test('[AC1] The answers have the shapes of the contract, and no hash anywhere', async () => {
  const own = {
    id: expect.any(Number), username: 'Ann', displayName: 'Ann', role: expect.any(String), bio: '', profilePicture: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), email: 'Ann@Example.org', locale: 'en',
    messagesFrom: 'everyone',
  };
  const tokens = {
    accessToken: expect.any(String), refreshToken: expect.any(String),
    sessionId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/), expiresInSeconds: 900,
  };
  const registered = await post('register', { email: 'Ann@Example.org', username: 'Ann', password: 'correct horse' });
  expect(registered.status).toBe(201);
  expect(registered.body).toEqual({ success: true, data: { user: own, ...tokens } });
  const signedIn = await post('login', { email: 'Ann@Example.org', password: 'correct horse' });
  expect(signedIn.status).toBe(200);
  expect(signedIn.body).toEqual({ success: true, data: { user: own, ...tokens } });
  const token = signedIn.body.data.accessToken;
  const seen = await profile('GET', token);
  expect(seen.body).toEqual({ success: true, data: own });
  const patched = await profile('PATCH', token, { bio: 'Hi' });
  const { password_hash: hash } = await server.db.database.kysely
    .selectFrom('users').select('password_hash').where('username', '=', 'Ann').executeTakeFirstOrThrow();
  expect(hash).toMatch(/^\$argon2id\$/);
  const room = await server.ask('POST', '/api/rooms', { token, body: { name: 'Hers', password: 'secret' } });
  const people = await server.ask('GET', `/api/rooms/${room.body.data.id}/participants`);
  for (const { body } of [registered, signedIn, seen, patched, room, people]) {
    expect(JSON.stringify(body)).not.toMatch(/argon2|password_?hash|correct horse|secret/i);
  }
  expect(JSON.stringify(people.body)).not.toContain('Example.org');
});

test('[AC2] Names and addresses are unique without regard to case, also at once', async () => {
  await make.user({ username: 'Boris', email: 'boris@example.org' });
  const again = (given: object) => post('register', { email: 'b2@example.org', username: 'boris2', password: 'secret', ...given });
  const byName = await again({ username: 'bORIS' });
  expect([byName.status, byName.body.code, byName.body.errors[0].field]).toEqual([409, 'accounts.username_taken', '/body/username']);
  const byEmail = await again({ email: 'BORIS@Example.ORG' });
  expect([byEmail.status, byEmail.body.code, byEmail.body.errors[0].field]).toEqual([409, 'accounts.email_taken', '/body/email']);
  const atOnce = await Promise.all(Array.from({ length: 20 }, (_, index) =>
    again({ email: `${index % 2 === 0 ? 'Same' : 'sAME'}@example.org`, username: `other${index}` })));
  expect(atOnce.filter(({ status }) => status === 201)).toHaveLength(1);
  const { token } = await make.user();
  expect((await profile('PATCH', token, { username: 'BORIS' })).body.code).toBe('accounts.username_taken');
  expect((await profile('PATCH', token, { email: 'Boris@example.org' })).body.code).toBe('accounts.email_taken');
});

test('[AC3] One signs in with address or username in either field', async () => {
  const user = await make.user({ username: 'Clara', email: 'Clara@example.org', password: 'correct horse' });
  for (const name of [{ email: 'clara@EXAMPLE.org' }, { email: 'clara' }, { username: 'CLARA' }, { username: 'Clara@example.org' }]) {
    const { status, body } = await post('login', { ...name, password: 'correct horse' });
    expect([status, body.data.user.id]).toEqual([200, user.id]);
  }
  for (const names of [{}, { email: 'clara', username: 'clara' }]) {
    expect((await post('login', { ...names, password: 'correct horse' })).body.code).toBe('request.invalid');
  }
});

test('[AC8] A wrong password and an unknown name get the same answer', async () => {
  const user = await make.user();
  const answers = await Promise.all([
    post('login', { username: user.username, password: 'wrong' }),
    post('login', { username: 'nobody-here', password: 'wrong' }),
    post('login', { email: 'nobody@example.org', password: 'wrong' }),
    post('login', { email: user.email, password: `${user.password} ` }),
  ]);
  for (const { status, body: { requestId: _, ...body } } of answers) {
    expect(status).toBe(401);
    const { requestId: __, ...first } = answers[0].body;
    expect(body).toEqual(first);
  }
  expect(answers[0].body.code).toBe('auth.credentials_wrong');
});

test('[AC7] 200 characters count to the last one; more are refused', async () => {
  const password = 'ж'.repeat(199) + 'x';
  const { username } = await make.user({ password });
  expect((await post('login', { username, password })).status).toBe(200);
  expect((await post('login', { username, password: `${password.slice(0, -1)}y` })).status).toBe(401);
  expect((await post('register', { email: 'l@example.org', username: 'long', password: 'a'.repeat(201) })).body.code).toBe('request.invalid');
});

test('[AC7] The same text is the same password, however it is composed', async () => {
  const { username } = await make.user({ password: 'Café Ärger ﬁn' });
  expect((await post('login', { username, password: 'Cafe\u0301 A\u0308rger fin' })).status).toBe(200);
  const weak = await post('register', { email: 'w@example.org', username: 'weak', password: 'e\u0301e\u0301e\u0301' });
  expect([weak.status, weak.body.code, weak.body.errors[0].field]).toEqual([422, 'accounts.password_weak', '/body/password']);
});

test('[AC9] Changing the password takes the current one and ends the other sessions', async () => {
  const user = await make.user({ password: 'old secret' });
  const other = (await post('login', { username: user.username, password: 'old secret' })).body.data;
  const change = (currentPassword: string, newPassword: string) => post('change-password', { currentPassword, newPassword }, user.token);
  const wrong = await change('wrong', 'new secret');
  expect([wrong.status, wrong.body.code]).toEqual([403, 'accounts.password_wrong']);
  const weak = await change('old secret', 'short');
  expect([weak.body.code, weak.body.errors[0].field]).toEqual(['accounts.password_weak', '/body/newPassword']);
  expect((await profile('GET', other.accessToken)).status).toBe(200);
  expect((await change('old secret', 'new secret')).body).toEqual({ success: true, data: null });
  expect((await profile('GET', user.token)).status).toBe(200);
  expect((await profile('GET', other.accessToken)).body.code).toBe('auth.token_invalid');
  expect((await post('refresh', { refreshToken: other.refreshToken })).body.code).toBe('auth.refresh_token_invalid');
  expect((await post('refresh', { refreshToken: user.refreshToken })).status).toBe(200);
  expect((await post('login', { username: user.username, password: 'old secret' })).status).toBe(401);
  expect((await post('login', { username: user.username, password: 'new secret' })).status).toBe(200);
});

test('[AC9] No session opened with the old password outlives the change', async () => {
  const user = await make.user({ password: 'secret 0' });
  for (let round = 0; round < 5; round += 1) {
    const old = `secret ${round}`;
    const logins = Array.from({ length: 10 }, () => post('login', { username: user.username, password: old }));
    const changed = await post('change-password', { currentPassword: old, newPassword: `secret ${round + 1}` }, user.token);
    expect(changed.status).toBe(200);
    for (const { status, body } of await Promise.all(logins)) {
      if (status === 200) expect((await profile('GET', body.data.accessToken)).status).toBe(401);
    }
  }
});

test('[AC9] Of several changes at once one wins', async () => {
  const user = await make.user({ password: 'secret' });
  const answers = await Promise.all(
    [1, 2, 3, 4, 5].map((n) => post('change-password', { currentPassword: 'secret', newPassword: `secret${n}` }, user.token)));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403, 403, 403, 403]);
  const winner = 1 + answers.findIndex(({ status }) => status === 200);
  expect((await post('login', { username: user.username, password: `secret${winner}` })).status).toBe(200);
});

test('[AC10] PATCH changes what is given; PUT replaces', async () => {
  const user = await make.user();
  const before = (await profile('GET', user.token)).body.data;
  expect((await profile('PATCH', user.token, { bio: 'Film lover', locale: 'ru' })).body.data).toEqual({ ...before, bio: 'Film lover', locale: 'ru' });
  expect((await profile('PATCH', user.token, { displayName: 'Анна' })).body.data).toMatchObject({ displayName: 'Анна', bio: 'Film lover' });
  const put = (await profile('PUT', user.token, { displayName: 'Anna' })).body.data;
  expect(put).toEqual({ ...before, displayName: 'Anna', bio: '', locale: 'ru' });
  const all = { username: `${user.username}x`, displayName: 'All', bio: 'b', email: 'all@example.org', locale: 'en' };
  expect((await profile('PUT', user.token, all)).body.data).toMatchObject(all);
  expect((await post('login', { email: 'all@example.org', password: user.password })).status).toBe(200);
  for (const [method, body] of [['PATCH', {}], ['PUT', {}], ['PATCH', { role: 'admin' }], ['PATCH', { id: 1 }], ['PATCH', { displayName: ' ' }], ['PATCH', { email: 'no' }]] as const) {
    expect((await profile(method, user.token, body)).body.code, JSON.stringify(body)).toBe('request.invalid');
  }
  expect((await server.ask('GET', '/api/auth/profile')).body.code).toBe('auth.required');
});
