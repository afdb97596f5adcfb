import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AuditEvent } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { createTestDatabase } from '../../../test/postgres.ts';
import { createAudit } from './audit.ts';
import { shownProgram } from './shown-program.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  admin = await make.user();
});
afterAll(() => server.close());

const post = (path: string, body?: object, token?: string) => server.ask('POST', `/api/auth/${path}`, { body, token });
const login = (user: TestUser, given: object = {}) => post('login', { username: user.username, password: user.password, ...given });
async function events(query = ''): Promise<AuditEvent[]> {
  const { status, body } = await server.ask('GET', `/api/admin/audit?limit=100${query}`, { token: admin.token });
  expect(status).toBe(200);
  return body.data.items;
}
/** The user's events since registering, oldest first. */
const actionsOf = async ({ id }: { id: number }) => (await events(`&userId=${id}`)).map(({ action }) => action).toReversed().slice(1);
const patch = (user: TestUser, body: object) => server.ask('PATCH', `/api/admin/users/${user.id}`, { token: admin.token, body });

describe('[AU1] What happens is written down', () => {
  test('of signing in, in vain too, and of sessions', async () => {
    const user = await make.user();
    await login(user, { password: 'wrong' });
    const first = (await login(user)).body.data;
    const second = (await login(user)).body.data;
    const third = (await login(user)).body.data;
    await post('logout', undefined, first.accessToken);
    await server.ask('DELETE', `/api/auth/sessions/${second.sessionId}`, { token: user.token });
    await post('refresh', { refreshToken: third.refreshToken });
    await post('refresh', { refreshToken: (await post('refresh', { refreshToken: third.refreshToken })).body.data.refreshToken });
    await post('refresh', { refreshToken: third.refreshToken });
    await login(user);
    await server.ask('DELETE', '/api/auth/sessions', { token: user.token });
    expect(await actionsOf(user)).toEqual([
      'sign_in.failed', 'sign_in.succeeded', 'sign_in.succeeded', 'sign_in.succeeded', 'session.signed_out', 'session.revoked',
      'session.refresh_reused', 'sign_in.succeeded', 'session.revoked',
    ]);
    const [all, , reused, one, out] = await events(`&userId=${user.id}`);
    expect(all).toMatchObject({ details: { sessions: 1 }, actor: { id: user.id } });
    expect(reused).toMatchObject({ sessionId: third.sessionId, actor: null, ip: '127.0.0.1' });
    expect([one!.sessionId, out!.sessionId]).toEqual([second.sessionId, first.sessionId]);
  });

  test('of passwords, addresses, proofs and second factors', async () => {
    const user = await make.user();
    const own = (method: string, path: string, body?: object) => server.ask(method, `/api/auth/${path}`, { token: user.token, body });
    await own('POST', 'change-password', { currentPassword: 'wrong', newPassword: 'another horse' });
    await own('POST', 'change-password', { currentPassword: user.password, newPassword: 'another horse' });
    await own('POST', 'reauthenticate', { password: 'another horse' });
    await own('PATCH', 'profile', { bio: 'Hi', email: user.email });
    await own('PATCH', 'profile', { email: `new-${user.email}` });
    await own('PUT', 'profile', { displayName: 'x', email: user.email });
    await own('POST', 'second-factor');
    await own('DELETE', 'second-factor');
    const issued = await server.app.write((tx) => server.app.accounts.issue(tx, user.email, '01890a5d-ac96-774b-bcce-b302099a8057'));
    await post('reset-password', { token: (issued as { token: string }).token, password: 'a third horse' });
    expect(await actionsOf(user)).toEqual([
      'proof.failed', 'password.changed', 'proof.given', 'account.email_changed', 'account.email_changed', 'password.reset',
    ]);
  });

  test('of what administrators do, and not of what stays as it is', async () => {
    const user = await make.user();
    await patch(user, { role: 'admin' });
    await patch(user, { role: 'admin' });
    await patch(user, { disabled: true, role: 'user' });
    await patch(user, { disabled: true });
    await login(user);
    await patch(user, { disabled: false });
    expect(await actionsOf(user)).toEqual([
      'account.role_changed', 'account.role_changed', 'account.disabled', 'sign_in.failed', 'account.enabled',
    ]);
    const [enabled, failed, , demoted] = await events(`&userId=${user.id}`);
    expect(enabled!.actor).toEqual({ id: admin.id, username: admin.username });
    expect(failed!.details).toEqual({ why: 'disabled' });
    expect(demoted!.details).toEqual({ from: 'admin', to: 'user' });
  });

  test('together with the change: what fails leaves no event', async () => {
    const user = await make.user();
    const taken = await server.ask('PATCH', '/api/auth/profile', { token: user.token, body: { email: admin.email } });
    expect(taken.status).toBe(409);
    expect((await patch(admin, { role: 'user' })).status).toBe(409);
    expect(await actionsOf(user)).toEqual([]);
    expect(await events(`&userId=${admin.id}&action=account.role_changed`)).toEqual([]);
  });
});

test('[AU2] An event says when, whose, by whom, in which session, from where, and outlives the account', async () => {
  const before = Date.now();
  const user = await make.user();
  const { sessionId } = (await server.ask('POST', '/api/auth/login', {
    body: { username: user.username, password: user.password }, headers: { 'user-agent': 'Mozilla/5.0 (X11)' },
  })).body.data;
  const person = { id: user.id, username: user.username };
  const [event, registered] = await events(`&userId=${user.id}`);
  expect(event).toEqual({
    id: expect.any(Number), at: expect.any(String), action: 'sign_in.succeeded', user: person, actor: person, sessionId,
    ip: '127.0.0.1', userAgent: 'Mozilla/5.0 (X11)', details: { secondFactor: false },
  });
  expect(Date.parse(event!.at)).toBeGreaterThanOrEqual(before);
  expect(registered).toMatchObject({ action: 'account.registered', details: { role: 'user' } });
  await server.db.database.kysely.deleteFrom('users').where('id', '=', user.id).execute();
  expect((await events(`&userId=${user.id}`))[0]).toMatchObject({ id: event!.id, user: { id: user.id, username: null } });
});

test('[AU3] Nothing that was typed is in an event', async () => {
  const user = await make.user({ password: 'typed-password' });
  await login(user, { username: 'typed-name', password: 'typed-password' });
  await login(user, { username: 'typed-password', password: 'typed-wrong' });
  await login(user, { password: 'typed-wrong', code: 'typed-code' });
  const reset = await server.app.write((tx) => server.app.accounts.issue(tx, user.email, '01890a5d-ac96-774b-bcce-b302099a8057'));
  await post('reset-password', { token: (reset as { token: string }).token, password: 'typed-new' });
  const rows = JSON.stringify(await server.db.database.kysely.selectFrom('audit_events').selectAll().execute());
  expect(rows).not.toMatch(/typed|argon2/);
  expect(rows).not.toContain((reset as { token: string }).token);
  for (const secret of [user.token, user.refreshToken, user.email, user.username]) expect(rows).not.toContain(secret);
  const unknown = (await events('&action=sign_in.failed')).filter(({ user: whose }) => whose === null);
  expect(unknown).toHaveLength(2);
});

test('[AU4] A client’s name for itself is one short line of visible text', async () => {
  const bidi = '\u202Etxt.exe\u2066\u200Bx';
  expect(shownProgram(`a\n{"action":"account.enabled"}\r\n\u2028b\u0000\u001B[31mc\t ${bidi}`))
    .toBe('a {"action":"account.enabled"} b [31mc txt.exe x');
  expect(shownProgram('x'.repeat(10_000))).toHaveLength(200);
  expect(shownProgram('\uD800')).toBe('\uFFFD');
  const user = await make.user();
  const agent = Buffer.from(`curl\t${bidi}<script>`).toString('latin1');
  await server.ask('POST', '/api/auth/login', { body: { username: user.username, password: 'wrong' }, headers: { 'user-agent': agent } });
  const shown = (await events(`&userId=${user.id}`))[0]!.userAgent!;
  expect(shown).toMatch(/^curl .*<script>$/);
  expect(shown).not.toMatch(/[\p{C}]/u);
});

describe('[AU5] The log', () => {
  test('is read newest first, by cursor, each event once, while others come', async () => {
    const user = await make.user();
    for (let round = 0; round < 6; round += 1) await login(user, { password: 'wrong' });
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const path: string = `/api/admin/audit?limit=3&userId=${user.id}${cursor && `&cursor=${cursor}`}`;
      const { data } = (await server.ask('GET', path, { token: admin.token })).body;
      seen.push(...data.items.map(({ id }: { id: number }) => id));
      cursor = data.nextCursor;
      await login(user, { password: 'wrong' });
    }
    expect(seen).toHaveLength(7);
    expect(seen).toEqual([...new Set(seen)].toSorted((x, y) => y - x));
    expect((await events(`&userId=${user.id}&action=account.registered`)).map(({ action }) => action)).toEqual(['account.registered']);
  });

  test('is for administrators', async () => {
    const { token } = await make.user();
    expect((await server.ask('GET', '/api/admin/audit', { token })).body.code).toBe('auth.forbidden');
    expect((await server.ask('GET', '/api/admin/audit')).body.code).toBe('auth.required');
    for (const query of ['action=everything', 'cursor=0', 'limit=101', 'userId=x', 'more=1']) {
      expect((await server.ask('GET', `/api/admin/audit?${query}`, { token: admin.token })).body.code).toBe('request.invalid');
    }
  });
});

test('[AU6] Events that are too old are removed, the others stay', async () => {
  const db = await createTestDatabase();
  onTestFinished(() => db.drop());
  const queries = db.database.kysely;
  let now = Date.parse('2030-01-01T00:00:00Z');
  const audit = createAudit({ queries, retentionDays: 10, clock: { now: () => now }, batchSize: 2 });
  const write = <T>(work: (tx: never, effects: never) => Promise<T>) => db.database.transaction((tx) => work(tx as never, undefined as never));
  for (let day = 0; day < 8; day += 1) {
    await db.database.transaction((tx) => audit.record(tx, { action: 'sign_in.failed', details: { day } }));
    now += 24 * 60 * 60 * 1000;
  }
  expect(await audit.sweep(write)).toBe(0);
  now += 7 * 24 * 60 * 60 * 1000;
  expect(await audit.sweep(write)).toBe(5);
  expect((await audit.list({})).items.map(({ details }) => details['day'])).toEqual([7, 6, 5]);
});
