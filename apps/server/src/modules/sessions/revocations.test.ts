import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';
import type { Revoked } from './index.ts';

let nodes: TwoNodes;
let a: TestApp;
let b: TestApp;
let make: ReturnType<typeof factoriesFor>;
const told = { a: [] as Revoked[], b: [] as Revoked[] };
const missed = { a: 0, b: 0 };
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ a, b } = nodes);
  make = factoriesFor(a);
  for (const name of ['a', 'b'] as const) {
    nodes[name].app.revocations.listen({ revoked: (what) => told[name].push(what), mayHaveMissed: () => (missed[name] += 1) });
    nodes[name].app.revocations.listen({
      revoked() {
        throw new Error('Somebody who does not take it well');
      },
      mayHaveMissed: () => undefined,
    });
  }
});
afterAll(() => nodes.close());
beforeEach(() => {
  told.a = [];
  told.b = [];
});

const WITHIN = { timeout: 1000, interval: 10 };
const signIn = async ({ username, password }: TestUser, node = a) =>
  (await node.ask('POST', '/api/auth/login', { body: { username, password } })).body.data as { accessToken: string; refreshToken: string; sessionId: string };
const statuses = async (token: string): Promise<number[]> =>
  [(await a.ask('GET', '/api/auth/profile', { token })).status, (await b.ask('GET', '/api/auth/profile', { token })).status];
const both = (what: Revoked) => ({ a: [what], b: [what] });

describe('[SE15] Both nodes are told within a second', () => {
  test('of a session that was signed out', async () => {
    const user = await make.user();
    await b.ask('POST', '/api/auth/logout', { token: user.token });
    await expect.poll(() => told, WITHIN).toEqual(both({ sessionIds: [user.sessionId] }));
  });

  test('of one that was ended from another device', async () => {
    const user = await make.user();
    const { sessionId } = await signIn(user, b);
    await a.ask('DELETE', `/api/auth/sessions/${sessionId}`, { token: user.token });
    await expect.poll(() => told, WITHIN).toEqual(both({ sessionIds: [sessionId] }));
  });

  test('of all others, and only if there are any', async () => {
    const user = await make.user();
    await a.ask('DELETE', '/api/auth/sessions', { token: user.token });
    const others = [await signIn(user), await signIn(user, b)].map(({ sessionId }) => sessionId);
    await b.ask('DELETE', '/api/auth/sessions', { token: user.token });
    await expect.poll(() => told.b, WITHIN).toEqual([{ sessionIds: expect.arrayContaining(others) }]);
    await expect.poll(() => told.a, WITHIN).toEqual(told.b);
  });

  test('of those that a new password ended', async () => {
    const user = await make.user();
    const { sessionId } = await signIn(user);
    await a.ask('POST', '/api/auth/change-password', { token: user.token, body: { currentPassword: user.password, newPassword: 'another horse' } });
    await expect.poll(() => told, WITHIN).toEqual(both({ sessionIds: [sessionId] }));
  });

  test('of all of a user', async () => {
    const user = await make.user();
    expect(await statuses(user.token)).toEqual([200, 200]);
    await a.app.write((tx, effects) => a.app.sessions.endAll(tx, effects, user.id));
    expect(await statuses(user.token)).toEqual([401, 401]);
    await expect.poll(() => told, WITHIN).toEqual(both({ userId: user.id }));
  });

  test('and never of what was not committed', async () => {
    const user = await make.user();
    const failing = a.app.write(async (tx, effects) => {
      await a.app.sessions.endAll(tx, effects, user.id);
      throw new Error('No');
    });
    await expect(failing).rejects.toThrow('No');
    await a.ask('POST', '/api/auth/logout', { token: user.token });
    await expect.poll(() => told, WITHIN).toEqual(both({ sessionIds: [user.sessionId] }));
  });
});

test('[SE12] Both nodes show the same sessions', async () => {
  const user = await make.user();
  const ids = async (node: TestApp): Promise<string[]> =>
    (await node.ask('GET', '/api/auth/sessions', { token: user.token })).body.data.items.map(({ id }: { id: string }) => id).toSorted();
  const open = [user.sessionId];
  for (let turn = 0; turn < 6; turn += 1) {
    const [here, there] = turn % 2 ? [a, b] : [b, a];
    open.push((await signIn(user, here)).sessionId);
    expect(await ids(there)).toEqual(open.toSorted());
    if (turn % 3 === 2) await here.ask('DELETE', `/api/auth/sessions/${open.splice(1, 1)[0]}`, { token: user.token });
    expect(await ids(there)).toEqual(open.toSorted());
  }
});

describe('[SE7] With Redis away', () => {
  test('[SE15] sessions are checked, refreshed, listed and ended through PostgreSQL; nodes know that they hear nothing, and hear of it when it is back', async () => {
    const user = await make.user();
    const [kept, ended, stolen] = [await signIn(user), await signIn(user), await signIn(user)];
    for (const { accessToken } of [kept, ended, stolen]) expect(await statuses(accessToken)).toEqual([200, 200]);
    const before = { ...missed };
    await nodes.redis.kill();
    await expect.poll(() => missed.a > before.a && missed.b > before.b).toBe(true);
    const refresh = (node: TestApp, refreshToken: string, userAgent = 'one') =>
      node.ask('POST', '/api/auth/refresh', { body: { refreshToken }, headers: { 'user-agent': userAgent } });

    const first = (await refresh(a, kept.refreshToken)).body.data;
    expect((await refresh(b, kept.refreshToken)).body.data.refreshToken).toBe(first.refreshToken);
    expect((await a.ask('GET', '/api/auth/sessions', { token: kept.accessToken })).body.data.total).toBe(4);
    expect((await b.ask('DELETE', `/api/auth/sessions/${ended.sessionId}`, { token: kept.accessToken })).status).toBe(200);
    const used = (await refresh(a, stolen.refreshToken)).body.data;
    expect((await refresh(b, stolen.refreshToken, 'two')).status).toBe(401);
    for (const token of [ended.accessToken, stolen.accessToken, used.accessToken]) expect(await statuses(token)).toEqual([401, 401]);
    for (const token of [kept.accessToken, first.accessToken, user.token]) expect(await statuses(token)).toEqual([200, 200]);
    expect(await a.app.sessions.validateSession(ended.accessToken)).toEqual({ valid: false, userId: undefined });
    expect(await a.app.sessions.validateSession(kept.accessToken)).toEqual({ valid: true, userId: user.id });

    const atRestart = { ...missed };
    await nodes.redis.restart();
    await nodes.caching();
    for (const token of [ended.accessToken, stolen.accessToken, used.accessToken]) expect(await statuses(token)).toEqual([401, 401]);
    for (const token of [kept.accessToken, first.accessToken]) expect(await statuses(token)).toEqual([200, 200]);
    // One that listens again only after it was told hears that it may have missed something, and asks.
    for (const id of [ended.sessionId, stolen.sessionId]) {
      for (const name of ['a', 'b'] as const) {
        const knows = (): boolean => missed[name] > atRestart[name] || told[name].some((what) => 'sessionIds' in what && what.sessionIds.includes(id));
        await expect.poll(knows, { timeout: 10_000 }).toBe(true);
      }
    }
  });
});

test('[SE2] A session that one holds open is asked for by its name', async () => {
  const user = await make.user();
  const session = { userId: user.id, sessionId: user.sessionId };
  expect(await b.app.sessions.validateSession(session)).toEqual({ valid: true, userId: user.id });
  expect(await b.app.sessions.validateSession({ ...session, userId: user.id + 1 })).toEqual({ valid: false, userId: undefined });
  await a.ask('POST', '/api/auth/logout', { token: user.token });
  expect(await b.app.sessions.validateSession(session)).toEqual({ valid: false, userId: undefined });
});
