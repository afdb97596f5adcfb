import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { createPasswords } from './passwords.ts';

const MAX = 3;

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let count = 0;
/** Each request from an address of its own, so that the limit per address says nothing. */
const ask: TestApp['ask'] = (method, path, options = {}) => {
  count += 1;
  const from = `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
  return server.ask(method, path, { ...options, headers: { 'x-forwarded-for': from, ...options.headers } });
};
beforeAll(async () => {
  server = await startTestApp({ RATE_LIMIT_AUTH_MAX: String(MAX), TRUST_PROXY: 'true', REGISTRATION: 'open' });
  make = factoriesFor({ ask });
});
afterAll(() => server.close());

const login = (name: string, password: string, cookie?: string) =>
  ask('POST', '/api/auth/login', { body: { username: name, password }, ...(cookie !== undefined && { headers: { cookie } }) });
const cookieOf = ({ headers }: { readonly headers: Headers }): string => headers.get('set-cookie')!.split(';')[0]!;
async function exhaust(name: string): Promise<void> {
  for (let round = 0; round < MAX; round += 1) await login(name, 'wrong');
  expect((await login(name, 'wrong')).status).toBe(429);
}

describe('[AC15] Tries for one name', () => {
  test('are counted alike whether there is an account or not, whoever asks and however it is written', async () => {
    const ann = await make.user({ username: 'Ann' });
    for (const spellings of [['Ann', 'ann', 'ANN', 'aNN'], ['Nobody', 'nobody', 'NOBODY', 'nobodY']]) {
      const answers = [];
      for (const name of spellings) answers.push(await login(name, 'wrong'));
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
      const { headers, body: { requestId: _, ...problem } } = answers.at(-1)!;
      expect(problem).toMatchObject({ code: 'ratelimit.exceeded', detail: 'Too many tries; try again later' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(800);
    }
    // Not even the right one is looked at.
    expect((await login('ann', ann.password)).status).toBe(429);
    expect((await login((await make.user()).username, 'wrong')).status).toBe(401);
  });

  test('are no more when they come at once', async () => {
    const { username } = await make.user();
    const statuses = (await Promise.all(Array.from({ length: 10 }, () => login(username, 'wrong')))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(MAX);
  });

  test('cannot be multiplied by other letters for the same address', async () => {
    const { password } = await make.user({ email: 'kit@bücher.example' });
    const spellings = ['kit@bücher.example', 'kit@BÜCHER.example', 'KIT@xn--bcher-kva.example', 'kit@bu\u0308cher.example', 'kit@ｂücher.example'];
    const statuses = [];
    for (const name of spellings) statuses.push((await login(name, 'wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    // Letters that some databases take for i and k.
    await make.user({ username: 'kit-kat', password });
    expect((await login('\u212Aıt-\u212Aat', password)).status).toBe(401);
  });
});

describe('[AC15] A browser that signed in before', () => {
  let user: TestUser;
  let cookie: string;
  let whole: string;
  beforeAll(async () => {
    user = await make.user();
    const signedIn = await login(user.username, user.password);
    cookie = cookieOf(signedIn);
    whole = signedIn.headers.get('set-cookie')!;
    for (let round = 0; round < MAX; round += 1) await login(user.username, 'wrong');
  });

  test('is known by a cookie that no script and no other site can send', () => {
    expect(whole).toMatch(
      new RegExp(`^watchparty_device_${user.id}=[\\w.-]+; Max-Age=31536000; Path=/api/auth; HttpOnly; SameSite=Strict$`));
  });

  test('is let in while strangers try; no other is', async () => {
    expect((await login(user.username, user.password, cookie)).status).toBe(200);
    expect((await login(user.username, user.password)).status).toBe(429);
    const other = cookieOf(await login((await make.user({ username: 'other' })).username, 'correct horse'));
    const [name, value] = cookie.split('=') as [string, string];
    const forged = [other, `${name}=${other.split('=')[1]!}`, `${name}=`, `${name}=x`, `${name}=${value.slice(0, -1)}`, `${name}=.${value.split('.')[1]!}`, `${name}=x${value}`];
    for (const wrong of forged) expect((await login(user.username, user.password, wrong)).status, wrong).toBe(429);
  });

  test('has no more tries than others', async () => {
    const statuses = [];
    for (let round = 0; round < MAX + 1; round += 1) statuses.push((await login(user.username, 'wrong', cookie)).status);
    // One was used above.
    expect(statuses).toEqual([401, 401, 429, 429]);
  });

  test('is a stranger after a new password, but for the one that chose it', async () => {
    const them = await make.user();
    const before = cookieOf(await login(them.username, them.password));
    const changed = await ask('POST', '/api/auth/change-password', {
      token: them.token, body: { currentPassword: them.password, newPassword: 'another horse' },
    });
    await exhaust(them.username);
    expect((await login(them.username, 'another horse', before)).status).toBe(429);
    expect((await login(them.username, 'another horse', cookieOf(changed))).status).toBe(200);
  });

  test('may be made one by a reset link', async () => {
    const them = await make.user();
    await exhaust(them.username);
    const issued = await server.app.write((tx) => server.app.accounts.issue(tx, them.email, '01890a5d-ac96-774b-bcce-b302099a8057'));
    const reset = await ask('POST', '/api/auth/reset-password', { body: { token: (issued as { token: string }).token, password: 'a new horse' } });
    expect((await login(them.username, 'a new horse', cookieOf(reset))).status).toBe(200);
    expect((await login(them.username, 'a new horse')).status).toBe(429);
  });
});

test('[AC16] Of many passwords at once few are hashed, some wait, more are refused', async () => {
  const { hash, verify } = createPasswords({ memoryKiB: 64, passes: 1 }, { atOnce: 1, maxWaiting: 2 });
  const outcomes = await Promise.allSettled([hash('a'), verify('b', undefined), hash('c'), verify('d', undefined), hash('e')]);
  const refused = outcomes.filter(({ status }) => status === 'rejected').map((outcome) => (outcome as PromiseRejectedResult).reason as unknown);
  expect(refused).toHaveLength(2);
  for (const reason of refused) expect(reason).toMatchObject({ code: 'service.unavailable', retryAfterSeconds: 2 });
  expect(await verify('c', await hash('c'))).toBe(true);
});

test('[AC16] A hash of another cost is made anew by whoever signs in with it, several at once too', async () => {
  const user = await make.user();
  const users = server.db.database.kysely;
  const old = await createPasswords({ memoryKiB: 128, passes: 2 }).hash(user.password);
  await users.updateTable('users').set({ password_hash: old }).where('id', '=', user.id).execute();
  expect((await login(user.username, 'wrong')).status).toBe(401);
  const answers = await Promise.all([login(user.username, user.password), login(user.username, user.password)]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200]);
  const { password_hash: hash } = await users.selectFrom('users').select('password_hash').where('id', '=', user.id).executeTakeFirstOrThrow();
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
});
