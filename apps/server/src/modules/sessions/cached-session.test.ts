import { createHmac } from 'node:crypto';
import { connectTo } from '@watchparty/redis-kit/test/redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';
import { invalidated } from '../../kernel/cache-policy.ts';

const DAY = 24 * 60 * 60 * 1000;

let nodes: TwoNodes;
let a: TestApp;
let b: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ a, b } = nodes);
  make = factoriesFor(a);
  admin = await make.user();
});
afterAll(() => nodes.close());

type Tokens = Pick<TestUser, 'token' | 'refreshToken' | 'sessionId'>;

const profile = (node: TestApp, token: string) => node.ask('GET', '/api/auth/profile', { token });
const statuses = async (token: string): Promise<number[]> => [(await profile(a, token)).status, (await profile(b, token)).status];
async function signIn({ username, password }: TestUser, node = a): Promise<Tokens> {
  const { accessToken, ...rest } = (await node.ask('POST', '/api/auth/login', { body: { username, password } })).body.data;
  return { token: accessToken, ...rest };
}
/** With a token that was got by refreshing. */
async function admitGuest(): Promise<{ readonly roomId: number; readonly token: string }> {
  const { id: roomId } = await make.room(admin);
  const { invite } = (await a.ask('POST', `/api/rooms/${roomId}/invite-link`, { token: admin.token })).body.data;
  const { refreshToken } = (await a.ask('POST', '/api/auth/guest', { body: { displayName: 'Guest', invite } })).body.data;
  return { roomId, token: (await a.ask('POST', '/api/auth/refresh', { body: { refreshToken } })).body.data.accessToken };
}
const logout = (node: TestApp, token: string) => node.ask('POST', '/api/auth/logout', { token });

/** As somebody would who forgets to name what changes. */
const removeUnnoticed = (sessionId: string) =>
  a.db.database.kysely.deleteFrom('sessions').where('id', '=', sessionId).execute();

/** By the book (RFC 7515), with the secret of the nodes. */
function forge(token: string, changes: object): string {
  const [header, claims] = token.split('.');
  const body = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims!, 'base64url').toString()), ...changes })).toString('base64url');
  const signature = createHmac('sha256', a.config.auth.jwtSecret).update(`${header}.${body}`).digest('base64url');
  return `${header}.${body}.${signature}`;
}

describe('[SE6] A session in the cache', () => {
  test.each([
    ['its own tag', (user: TestUser) => `session:${user.sessionId}`],
    ['its user’s tag', (user: TestUser) => `user:${user.id}`],
    ['the tag of everything', () => '*'],
  ])('is what requests are answered by, until %s changes', async (_what, tagOf) => {
    const user = await make.user();
    expect((await profile(b, user.token)).status).toBe(200);
    await removeUnnoticed(user.sessionId);
    expect(await statuses(user.token)).toEqual([200, 200]);
    await a.app.write(async (_tx, effects) => effects.add(invalidated(tagOf(user))));
    expect(await statuses(user.token)).toEqual([401, 401]);
  });

  test('lies in Redis under its key for 14 days, without a token or a hash of one', async () => {
    const user = await make.user();
    await profile(a, user.token);
    const client = connectTo(nodes.redis.url);
    onTestFinished(() => client.disconnect());
    const key = `session:${user.sessionId}`;
    await expect.poll(() => client.exists(key)).toBe(1);
    const [head, body, ...rest] = (await client.get(key))!.split('\n');
    expect(Object.keys(JSON.parse(head!).v)).toEqual(['*', key, `user:${user.id}`]);
    expect(JSON.parse(body!)).toEqual({ userId: user.id, username: user.username, role: 'user', expiresAtMs: expect.any(Number) });
    expect(rest).toEqual([]);
    expect(Math.round((await client.pttl(key)) / DAY)).toBe(14);
  });
});

test.each(['signing out', 'ending it from elsewhere'])('[SE2] [SE6] A session that another has ended and not yet told of is over for whom %s is answered', async (way) => {
  const user = await make.user();
  const { token, sessionId } = await signIn(user);
  expect(await statuses(token)).toEqual([200, 200]);
  // As if that other were between commit and invalidation.
  await a.db.database.kysely.updateTable('sessions').set({ ended_at: new Date(), ended_by: 'revoked' }).where('id', '=', sessionId).execute();
  expect(await statuses(token)).toEqual([200, 200]);
  const answer = await (way === 'signing out' ? logout(a, token) : a.ask('DELETE', `/api/auth/sessions/${sessionId}`, { token: user.token }));
  expect(answer.status).toBe(way === 'signing out' ? 200 : 404);
  expect(await statuses(token)).toEqual([401, 401]);
});

test('[SE6] Nothing is kept for a token that names another user than its session’s', async () => {
  const [user, other] = [await make.user(), await make.user()];
  expect((await profile(a, forge(user.token, { sub: `${other.id}` }))).status).toBe(401);
  await profile(a, other.token);
  const client = connectTo(nodes.redis.url);
  onTestFinished(() => client.disconnect());
  // Stored after what came before it, on the same connection.
  await expect.poll(() => client.exists(`session:${other.sessionId}`)).toBe(1);
  expect(await client.exists(`session:${user.sessionId}`)).toBe(0);
});

describe('[SE2] [SE6] At the next request on the other node', () => {
  test('whoever signed out is signed out, and nobody else', async () => {
    const user = await make.user();
    for (let turn = 0; turn < 6; turn += 1) {
      const [here, there] = turn % 2 ? [a, b] : [b, a];
      const { token } = await signIn(user, here);
      expect((await profile(there, token)).status).toBe(200);
      await logout(here, token);
      expect((await profile(there, token)).body.code).toBe('auth.token_invalid');
      expect(await statuses(user.token)).toEqual([200, 200]);
    }
  });

  test('a new password has ended the user’s other sessions', async () => {
    const user = await make.user();
    const others = await Promise.all([signIn(user), signIn(user, b)]);
    for (const { token } of others) expect(await statuses(token)).toEqual([200, 200]);
    const body = { currentPassword: user.password, newPassword: 'another horse' };
    expect((await a.ask('POST', '/api/auth/change-password', { token: user.token, body })).status).toBe(200);
    for (const { token } of others) expect((await profile(b, token)).status).toBe(401);
    expect(await statuses(user.token)).toEqual([200, 200]);
  });

  test('a new name is the one that people write under', async () => {
    const user = await make.user();
    const room = await make.room(user);
    const say = async () => (await b.ask('POST', `/api/chat/${room.id}/messages`, { token: user.token, body: { content: 'Hi' } })).body.data.username;
    expect(await say()).toBe(user.username);
    await a.ask('PATCH', '/api/auth/profile', { token: user.token, body: { username: `${user.username}-2` } });
    expect(await say()).toBe(`${user.username}-2`);
  });

  test('a role holds that was given or taken away', async () => {
    const user = await make.user();
    const stats = async () => (await b.ask('GET', '/api/admin/cache/stats', { token: user.token })).status;
    const give = (role: 'user' | 'admin') => a.app.write(async (tx, effects) => {
      effects.add(invalidated(`user:${user.id}`));
      await tx.updateTable('users').set({ role }).where('id', '=', user.id).execute();
    });
    expect(await stats()).toBe(403);
    await give('admin');
    expect(await stats()).toBe(200);
    await give('user');
    expect(await stats()).toBe(403);
  });
});

describe('[SE7] When something is away', () => {
  test('Redis: sessions are begun, refreshed and ended, and a session that was ended stays so when Redis is back', async () => {
    const user = await make.user();
    const [kept, ended] = [await signIn(user), await signIn(user)];
    for (const { token } of [kept, ended]) expect(await statuses(token)).toEqual([200, 200]);
    await nodes.redis.kill();
    expect(await statuses(kept.token)).toEqual([200, 200]);
    await logout(a, ended.token);
    expect(await statuses(ended.token)).toEqual([401, 401]);
    const begun = await signIn(user, b);
    const refreshed = (await a.ask('POST', '/api/auth/refresh', { body: { refreshToken: kept.refreshToken } })).body.data;
    expect(await statuses(refreshed.accessToken)).toEqual([200, 200]);
    await nodes.redis.restart();
    await nodes.caching();
    expect(await statuses(ended.token)).toEqual([401, 401]);
    for (const token of [begun.token, kept.token, refreshed.accessToken]) expect(await statuses(token)).toEqual([200, 200]);
  });

  test('PostgreSQL: cached sessions are served; of others nobody can tell; with Redis away too the token counts, as a user’s', async () => {
    const [user, unknown] = [await make.user(), await make.user()];
    // A query that is refused for itself once the token has been taken: needs neither cache nor database.
    const codeFor = async (token: string) => (await b.ask('GET', '/api/chat/1/messages?limit=0', { token })).body.code;
    const stats = async () => (await b.ask('GET', '/api/admin/cache/stats', { token: admin.token })).status;
    const { roomId, token: guest } = await admitGuest();
    // The session and the page that it reads are in the cache from here on.
    for (const { token } of [user, admin]) for (let turn = 0; turn < 2; turn += 1) await profile(b, token);
    const ended = await signIn(user);
    await profile(b, ended.token);
    await logout(a, ended.token);
    await nodes.network.cut();

    const served = await profile(b, user.token);
    expect([served.status, served.headers.get('x-cache')]).toEqual([200, 'HIT']);
    expect(await stats()).toBe(200);
    for (const { token } of [unknown, ended]) {
      const { status, body } = await profile(b, token);
      expect([status, body.code]).toEqual([503, 'service.unavailable']);
      expect(await codeFor(token)).toBe('service.unavailable');
    }

    await nodes.redis.kill();
    for (const { token } of [user, unknown]) expect(await codeFor(token)).toBe('request.invalid');
    expect(await stats()).toBe(403);
    // A guest's stays one of its room.
    for (const [room, code] of [[roomId, 'request.invalid'], [roomId + 1, 'auth.guest_forbidden']] as const) {
      expect((await b.ask('GET', `/api/chat/${room}/messages?limit=0`, { token: guest })).body.code).toBe(code);
    }
    expect((await profile(b, user.token)).body.code).toBe('service.unavailable');
    const nowSeconds = Math.floor(Date.now() / 1000);
    for (const token of [forge(user.token, { exp: nowSeconds - 1 }), forge(user.token, { sub: 'x' }), `${user.token}x`, user.refreshToken]) {
      expect(await codeFor(token)).toBe('auth.token_invalid');
    }

    await nodes.network.mend();
    await nodes.redis.restart();
    await nodes.caching();
    expect(await statuses(ended.token)).toEqual([401, 401]);
    for (const { token } of [user, unknown]) expect(await statuses(token)).toEqual([200, 200]);
    expect(await stats()).toBe(200);
  });
});
