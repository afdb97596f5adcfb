import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { factoriesFor } from '../../../test/factories.ts';
import { linkOf, type MailApp, startMailApp } from '../../../test/mail-app.ts';

let server: MailApp;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  server = await startMailApp();
  make = factoriesFor(server);
});
afterAll(() => server.close());

const post = (path: string, body: object, app = server) => app.ask('POST', `/api/auth/${path}`, { body });
const secret = (text: string, token: string): boolean => text.includes(token) || text.includes(encodeURIComponent(token));

const isReset = (subject: string | undefined): boolean => subject === 'A new password for WatchParty';

/** Asks for a new password, and gives the token of the mail that comes. */
async function resetToken(email: string): Promise<string> {
  const resets = () => server.mailsTo(email).filter(({ mail }) => isReset(mail.subject));
  const before = resets().length;
  expect((await post('forgot-password', { email })).status).toBe(202);
  await expect.poll(() => resets().length).toBe(before + 1);
  return linkOf(resets().at(-1)!, 'token').value;
}

test('[AC13] Registering sends one welcome mail, in the language of the account', async () => {
  const register = (username: string, locale: string) =>
    post('register', { email: `${username}@example.org`, username, password: 'secret', locale });
  expect((await register('anna', 'ru')).status).toBe(201);
  expect((await register('ann', 'en')).status).toBe(201);
  const [anna, ann] = [await server.mailTo('anna@example.org'), await server.mailTo('ann@example.org')];
  expect([ann.mail.subject, anna.mail.subject]).toEqual(['Welcome to WatchParty', 'Добро пожаловать в WatchParty']);
  expect(anna.mail.text).toContain('Добро пожаловать, anna');
  expect(linkOf(anna, '').url).toBe('http://watchparty.test/rooms');
  expect(ann.mail.html).toContain('<meta name="color-scheme" content="light dark">');
  expect(ann.mail.messageId).toMatch(/^<[0-9a-f-]{36}@watchparty\.test>$/);
  expect(ann.from).toBe('no-reply@watchparty.test');
  await expect.poll(() => server.lines.filter((line) => line.includes('Email sent successfully')).length).toBeGreaterThan(1);
  expect(server.lines.some((line) => line.includes('Welcome email queued for: ann@example.org'))).toBe(true);
});

test('[AC13] A registration that fails sends none', async () => {
  const ann = await make.user();
  const answers = await Promise.all([
    post('register', { email: 'fails@example.org', username: ann.username, password: 'secret' }),
    post('register', { email: 'fails@example.org', username: 'fails', password: '1' }),
  ]);
  expect(answers.map(({ body }) => body.code)).toEqual(['accounts.username_taken', 'accounts.password_weak']);
  await server.settled();
  expect(server.mailsTo('fails@example.org')).toEqual([]);
  expect(server.lines.some((line) => line.includes('fails@example.org'))).toBe(false);
});

test('[AC11] Every address gets the same answer; the mail goes to the account’s own, in its language', async () => {
  const user = await make.user({ email: 'Boris@Example.org' });
  await server.ask('PATCH', '/api/auth/profile', { token: user.token, body: { locale: 'ru' } });
  const answers = [];
  for (const email of ['boris@EXAMPLE.org', 'nobody@example.org', 'no address at all', 'boris@example.org\r\nBcc: eve@example.org']) {
    answers.push(await post('forgot-password', { email }));
  }
  for (const { status, body } of answers) expect([status, body]).toEqual([202, { success: true, data: null }]);
  const { mail } = await server.mailTo('boris@example.org', 'Новый пароль для WatchParty');
  expect(mail.to).toEqual([{ address: 'Boris@example.org', name: '' }]);
  expect(mail.headers.find(({ key }) => key === 'content-language')?.value).toBe('ru');
  await expect.poll(() => server.lines.some((line) => line.includes('nobody has this address'))).toBe(true);
  expect(server.mailsTo('nobody@example.org')).toEqual([]);
  expect(server.mailServer.received.flatMap(({ to }) => to).filter((to) => to.includes('eve'))).toEqual([]);
});

test('[AC11] Three mails an hour are enough', async () => {
  const { email } = await make.user();
  for (let count = 0; count < 3; count += 1) await resetToken(email);
  const enough = () => server.lines.filter((line) => line.includes('enough were sent')).length;
  const before = enough();
  await post('forgot-password', { email });
  await expect.poll(enough).toBe(before + 1);
  expect(server.mailsTo(email).filter(({ mail }) => isReset(mail.subject))).toHaveLength(3);
});

test('[AC12] A link sets the password once, ends all sessions and the other links', async () => {
  const user = await make.user({ password: 'old secret' });
  const [first, second] = [await resetToken(user.email), await resetToken(user.email)];
  const weak = await post('reset-password', { token: first, password: '123' });
  expect([weak.status, weak.body.code, weak.body.errors[0].field]).toEqual([422, 'accounts.password_weak', '/body/password']);
  expect((await post('reset-password', { token: first, password: 'new secret' })).body).toEqual({ success: true, data: null });
  for (const token of [first, second, 'guessed']) {
    const { status, body } = await post('reset-password', { token, password: 'other secret' });
    expect([status, body.code]).toEqual([403, 'accounts.reset_token_invalid']);
  }
  expect((await server.ask('GET', '/api/auth/profile', { token: user.token })).status).toBe(401);
  expect((await post('refresh', { refreshToken: user.refreshToken })).status).toBe(401);
  expect((await post('login', { email: user.email, password: 'old secret' })).status).toBe(401);
  expect((await post('login', { email: user.email, password: 'new secret' })).status).toBe(200);
});

test('[AC12] Of many uses at once of two links one wins', async () => {
  const user = await make.user();
  const tokens = [await resetToken(user.email), await resetToken(user.email)];
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) =>
    post('reset-password', { token: tokens[index % 2]!, password: `secret ${index}` })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 403]));
  const winner = answers.findIndex(({ status }) => status === 200);
  expect((await post('login', { email: user.email, password: `secret ${winner}` })).status).toBe(200);
});

test('[AC12] A new password or a new address ends the links', async () => {
  const user = await make.user({ password: 'secret' });
  const old = await resetToken(user.email);
  const change = { currentPassword: 'secret', newPassword: 'secret 2' };
  expect((await server.ask('POST', '/api/auth/change-password', { token: user.token, body: change })).status).toBe(200);
  const older = await resetToken(user.email);
  expect((await server.ask('PATCH', '/api/auth/profile', { token: user.token, body: { email: `new-${user.email}` } })).status).toBe(200);
  for (const token of [old, older]) expect((await post('reset-password', { token, password: 'secret 3' })).status).toBe(403);
});

test('[AC12] After an hour a link is none', async () => {
  const user = await make.user();
  const token = await resetToken(user.email);
  const { kysely } = server.db.database;
  const { created_at: createdAt, expires_at: expiresAt } = await kysely.selectFrom('password_resets').selectAll()
    .where('user_id', '=', user.id).executeTakeFirstOrThrow();
  expect(expiresAt.getTime() - createdAt.getTime()).toBe(3_600_000);
  await kysely.updateTable('password_resets').set({ expires_at: new Date(Date.now() - 1) }).where('user_id', '=', user.id).execute();
  expect((await post('reset-password', { token, password: 'secret 2' })).body.code).toBe('accounts.reset_token_invalid');
});

test('[AC12] The token lies in the mail alone: in no table and in no log', async () => {
  const user = await make.user();
  const token = await resetToken(user.email);
  const tables = await server.tables();
  expect(tables.some((content) => content.includes(user.email))).toBe(true);
  expect(tables.filter((content) => secret(content, token))).toEqual([]);
  expect(server.lines.filter((line) => secret(line, token))).toEqual([]);
});

test('[AC14] One account for one address, however its domain is typed; it is shown in its letters', async () => {
  const registered = await post('register', { email: 'anna@Пример.рф', username: 'idn', password: 'secret' });
  expect([registered.status, registered.body.data.user.email]).toEqual([201, 'anna@пример.рф']);
  const again = await post('register', { email: 'Anna@xn--e1afmkfd.xn--p1ai', username: 'idn2', password: 'secret' });
  expect(again.body.code).toBe('accounts.email_taken');
  expect((await post('login', { email: 'ANNA@пример.РФ', password: 'secret' })).status).toBe(200);
  await expect.poll(() => server.mailServer.received.some(({ raw }) => raw.includes('To: anna@xn--e1afmkfd.xn--p1ai'))).toBe(true);
  for (const email of ['"a b"@example.org', 'a@[127.0.0.1]', 'аня@example.org', 'a@b@example.org', 'a@example.org\n', 'a..b@example.org', 'a@-x.org']) {
    const refused = await post('register', { email, username: 'refused', password: 'secret' });
    expect([refused.status, refused.body.code, refused.body.errors[0].field], email).toEqual([400, 'request.invalid', '/body/email']);
  }
});

test('[AC6] Where one registers by invitation, any that holds will do, and no other', async () => {
  const app = await startMailApp({ REGISTRATION: 'invite', ADMIN_EMAIL: 'boss@example.org' });
  onTestFinished(() => app.close());
  const register = (name: string, invite?: string) =>
    post('register', { email: `${name}@example.org`, username: name, password: 'secret', ...(invite !== undefined && { invite }) }, app);
  const boss = (await register('boss')).body.data;
  const room = (await app.ask('POST', '/api/rooms', { token: boss.accessToken, body: { name: 'Ours', isPrivate: true } })).body.data;
  const link = await app.ask('POST', `/api/rooms/${room.id}/invite-link`, { token: boss.accessToken });
  const sent = await app.ask('POST', `/api/rooms/${room.id}/invitations`, { token: boss.accessToken, body: { email: 'guest@example.org' } });
  expect(sent.status).toBe(201);
  const mailed = linkOf(await app.mailTo('guest@example.org'), 'invite').value;
  const guest = await register('guest', mailed);
  expect(guest.status).toBe(201);
  expect((await register('friend', link.body.data.invite)).status).toBe(201);
  const joined = await app.ask('POST', `/api/rooms/${room.id}/join`, { token: guest.body.data.accessToken, body: { invite: mailed } });
  expect(joined.status).toBe(200);
  expect((await register('stranger', 'guessed')).body.code).toBe('accounts.invite_invalid');
  expect((await register('stranger')).body.code).toBe('accounts.registration_invite_only');
  await app.db.database.kysely.updateTable('room_invites').set({ expires_at: new Date(Date.now() - 1) }).execute();
  expect((await register('late', mailed)).body.code).toBe('accounts.invite_invalid');
});

test('In production the log shows no address', async () => {
  const app = await startMailApp({
    NODE_ENV: 'production', JWT_SECRET: 'a secret for tests that is long enough to sign with', HOST: '127.0.0.1',
    PUBLIC_URL: 'https://watchparty.test', LOG_LEVEL: 'debug',
  });
  onTestFinished(() => app.close());
  await post('register', { email: 'secretive@example.org', username: 'shy', password: 'a rare enough one' }, app);
  await app.mailTo('secretive@example.org');
  await expect.poll(() => app.lines.some((line) => line.includes('Email sent successfully'))).toBe(true);
  expect(app.lines.some((line) => line.includes('Welcome email queued for: s***@example.org'))).toBe(true);
  expect(app.lines.filter((line) => line.includes('secretive'))).toEqual([]);
});
