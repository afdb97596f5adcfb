import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';

let nodes: TwoNodes;
let a: TestApp;
let b: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ a, b } = nodes);
  make = factoriesFor(a);
  admin = await make.user({ username: 'the-first' });
});
afterAll(() => nodes.close());

const patch = (id: number, body: object, by = admin, app = a) => app.ask('PATCH', `/api/admin/users/${id}`, { token: by.token, body });
const profile = (app: TestApp, token: string) => app.ask('GET', '/api/auth/profile', { token });
const login = ({ username }: { username: string }, password: string, app = b) =>
  app.ask('POST', '/api/auth/login', { body: { username, password } });

describe('[AC23] A disabled account', () => {
  test('is refused by every node at its next request, and by the refresh', async () => {
    const user = await make.user();
    const other = (await login(user, user.password)).body.data;
    for (const node of [a, b, a, b]) expect((await profile(node, user.token)).status).toBe(200);
    const disabled = await patch(user.id, { disabled: true });
    expect(disabled.body.data).toMatchObject({ id: user.id, disabledAt: expect.any(String) });
    for (const token of [user.token, other.accessToken]) {
      for (const node of [b, a]) expect((await profile(node, token)).body.code).toBe('auth.token_invalid');
    }
    for (const { refreshToken } of [user, other]) {
      expect((await b.ask('POST', '/api/auth/refresh', { body: { refreshToken } })).status).toBe(401);
    }
  });

  test('is told so to the right password only, until it is enabled', async () => {
    const user = await make.user();
    await patch(user.id, { disabled: true });
    expect((await login(user, 'wrong')).body.code).toBe('auth.credentials_wrong');
    const right = await login(user, user.password);
    expect([right.status, right.body.code]).toEqual([403, 'auth.account_disabled']);
    expect((await patch(user.id, { disabled: false })).body.data.disabledAt).toBeNull();
    expect((await login(user, user.password)).status).toBe(200);
    expect((await profile(b, user.token)).status).toBe(401);
  });

  test('has no reset links, neither those from before nor new ones', async () => {
    const user = await make.user();
    const issue = (id: string) => a.app.write((tx) => a.app.accounts.issue(tx, user.email, id));
    const before = await issue('01890a5d-ac96-774b-bcce-b302099a8057');
    await patch(user.id, { disabled: true });
    expect(await issue('01890a5d-ac96-774b-bcce-b302099a8058')).toBe('nobody has this address');
    const reset = await b.ask('POST', '/api/auth/reset-password', { body: { token: (before as { token: string }).token, password: 'a new horse' } });
    expect(reset.body.code).toBe('accounts.reset_token_invalid');
  });

  test('leaves no session that a sign-in at the same moment has opened', async () => {
    const user = await make.user();
    for (let round = 0; round < 5; round += 1) {
      const signingIn = Array.from({ length: 6 }, (_, n) => login(user, user.password, n % 2 ? a : b));
      await patch(user.id, { disabled: true });
      const opened = (await Promise.all(signingIn)).filter(({ status }) => status === 200);
      const left = await Promise.all(opened.map(({ body }) => profile(b, body.data.accessToken)));
      expect(left.filter(({ status }) => status !== 401)).toEqual([]);
      await patch(user.id, { disabled: false });
    }
  });
});

describe('[AC24] The last administrator', () => {
  const admins = async () =>
    (await a.db.database.kysely.selectFrom('users').select('id').where('role', '=', 'admin').where('disabled_at', 'is', null).execute()).length;

  test('can be neither demoted nor disabled', async () => {
    for (const body of [{ role: 'user' }, { disabled: true }, { role: 'user', disabled: true }]) {
      const { status, body: answer } = await patch(admin.id, body);
      expect([status, answer.code]).toEqual([409, 'accounts.last_admin']);
    }
    expect((await patch(admin.id, { role: 'admin', disabled: false })).status).toBe(200);
    // A disabled one does not count.
    const second = await make.user();
    await patch(second.id, { role: 'admin', disabled: true });
    expect((await patch(admin.id, { role: 'user' })).status).toBe(409);
    await patch(second.id, { role: 'user' });
  });

  test('remains when all demote and disable one another at once', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => make.user()));
    for (const { id } of others) await patch(id, { role: 'admin' });
    const all = [admin, ...others];
    const answers = await Promise.all(all.map((by, n) =>
      patch(all[(n + 1) % all.length]!.id, n % 2 ? { role: 'user' } : { disabled: true }, by, n % 2 ? a : b)));
    // Who was demoted or disabled in time has not got that far.
    for (const { status } of answers) expect([200, 401, 403, 409]).toContain(status);
    expect(await admins()).toBeGreaterThanOrEqual(1);
    for (const { id } of others) await a.db.database.kysely.updateTable('users').set({ role: 'user' }).where('id', '=', id).execute();
    await a.db.database.kysely.updateTable('users').set({ role: 'admin', disabled_at: null }).where('id', '=', admin.id).execute();
    admin = { ...admin, token: (await login(admin, admin.password)).body.data.accessToken };
  });
});

describe('[AC25] Administrators', () => {
  const list = async (query: string) => {
    const { status, body } = await b.ask('GET', `/api/admin/users${query}`, { token: admin.token });
    expect(status).toBe(200);
    return body.data as { items: { username: string }[]; total: number };
  };

  test('list and search accounts', async () => {
    const users = [];
    for (const [username, email] of [['pat_one', 'pat1@search.example'], ['pat-two', 'pat2@search.example'], ['patXthree', 'pat3@search.example']] as const) {
      users.push(await make.user({ username, email }));
    }
    await patch(users[1]!.id, { disabled: true });
    const names = async (query: string) => (await list(query)).items.map(({ username }) => username);
    expect(await names('?q=pat')).toEqual(['patXthree', 'pat-two', 'pat_one']);
    expect(await names('?q=PAT_')).toEqual(['pat_one']);
    expect(await names('?q=pat%25')).toEqual([]);
    expect(await names('?q=pat2@SEARCH')).toEqual(['pat-two']);
    expect(await names('?q=pat&disabled=true')).toEqual(['pat-two']);
    expect(await names('?q=pat&disabled=false')).toEqual(['patXthree', 'pat_one']);
    expect(await names('?role=admin')).toEqual(['the-first']);
    expect(await list('?q=pat&page=2&limit=2')).toMatchObject({ items: [{ username: 'pat_one' }], total: 3, page: 2 });
    const one = (await b.ask('GET', `/api/admin/users/${users[0]!.id}`, { token: admin.token })).body.data;
    expect(one).toEqual({
      ...one, username: 'pat_one', email: 'pat1@search.example', role: 'user', disabledAt: null, hasSecondFactor: false,
    });
    expect(JSON.stringify(one)).not.toMatch(/hash|argon2/);
    expect((await patch(2_000_000_000, { role: 'admin' })).body.code).toBe('accounts.not_found');
    expect((await patch(users[0]!.id, {})).body.code).toBe('request.invalid');
  });

  test('give and take a role, which holds at the next request on every node', async () => {
    const user = await make.user();
    const status = async (app: TestApp) => (await app.ask('GET', '/api/admin/users', { token: user.token })).status;
    expect([await status(a), await status(b)]).toEqual([403, 403]);
    expect((await patch(user.id, { role: 'admin' })).body.data.role).toBe('admin');
    expect([await status(b), await status(a)]).toEqual([200, 200]);
    await patch(user.id, { role: 'user' });
    expect([await status(b), await status(a)]).toEqual([403, 403]);
    expect((await profile(b, user.token)).body.data.role).toBe('user');
  });

  test('take away a second factor that was lost', async () => {
    const user = await make.user();
    const path = `/api/admin/users/${user.id}/second-factor`;
    expect((await a.ask('DELETE', path, { token: admin.token })).body.code).toBe('accounts.second_factor_missing');
    await a.db.database.kysely.insertInto('second_factors')
      .values({ user_id: user.id, secret: Buffer.alloc(20), confirmed_at: new Date(), created_at: new Date() }).execute();
    expect((await login(user, user.password)).body.code).toBe('auth.code_required');
    expect((await a.ask('DELETE', path, { token: admin.token })).body.data.hasSecondFactor).toBe(false);
    expect((await login(user, user.password)).status).toBe(200);
    expect((await a.ask('DELETE', '/api/admin/users/2000000000/second-factor', { token: admin.token })).body.code).toBe('accounts.not_found');
  });
});
