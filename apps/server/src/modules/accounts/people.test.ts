import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { search } from './people.repo.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
let nth = 0;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  admin = await make.user({ username: 'the-admin' });
});
afterAll(() => server.close());

async function person(username: string, displayName: string): Promise<TestUser> {
  const user = await make.user({ username });
  await server.ask('PATCH', '/api/auth/profile', { token: user.token, body: { displayName } });
  return user;
}

const find = async (as: TestUser, q: string, rest = ''): Promise<string[]> =>
  (await server.ask('GET', `/api/users/search?q=${encodeURIComponent(q)}${rest}`, { token: as.token })).body.data.items
    .map(({ username }: { username: string }) => username);
const names = async (q: string): Promise<string[]> => (await search(server.db.database.kysely, q, 100)).map(({ username }) => username);
const profile = (as: TestUser, id: number) => server.ask('GET', `/api/users/${id}`, { token: as.token });
async function befriend(a: TestUser, b: TestUser): Promise<void> {
  for (const [from, to] of [[a, b], [b, a]] as const) {
    await server.ask('POST', '/api/friends/requests', { token: from.token, body: { userId: to.id } });
  }
}
const block = (who: TestUser, whom: TestUser, method: 'POST' | 'DELETE' = 'POST') =>
  server.ask(method, `/api/friends/blocks/${whom.id}`, { token: who.token });

test('[PE1] Names are found by parts, with mistakes, in either alphabet, without their marks', async () => {
  await person('alexander.k', 'Александр Кузнецов');
  await person('zhanna-b', 'Жанна Щукина');
  await person('jose', 'José Ångström');
  await person('marimba', 'Oliver Stone');
  for (const q of ['alexander', 'Александр', 'aleksandr', 'alexandr', 'alexnader', 'kuznetsov', 'кузнецов', 'Kuznecov', 'ALEX']) {
    expect([q, (await names(q))[0]]).toEqual([q, 'alexander.k']);
  }
  for (const q of ['жанна', 'zhanna', 'Schukina', 'щукина', 'shchukina']) expect([q, (await names(q))[0]]).toEqual([q, 'zhanna-b']);
  for (const q of ['jose', 'josé', 'angstrom', 'Ångström']) expect([q, (await names(q))[0]]).toEqual([q, 'jose']);
  for (const q of ['oliver stone', 'stone oliver', 'ol', 'olivr']) expect([q, (await names(q))[0]]).toEqual([q, 'marimba']);
  expect(await names('qqqqqq')).toEqual([]);
  for (const q of ['%', '_', "'", '\\', '{q}', '«»']) expect([q, await names(q)]).toEqual([q, []]);
});

test('[PE1] Friends come first, then who is called just so', async () => {
  const me = await make.user();
  const people: TestUser[] = [];
  for (const username of ['robin', 'robin-hood', 'robinson', 'robin.b']) people.push(await person(username, 'R'));
  await befriend(me, people[2]!);
  const [first, second, ...rest] = await find(me, 'robin');
  expect([first, second, rest.toSorted()]).toEqual(['robinson', 'robin', ['robin-hood', 'robin.b']]);
  expect(await find(me, 'robin', '&limit=1&page=2')).toEqual(['robin']);
  const { body } = await server.ask('GET', '/api/users/search?q=robin&limit=2', { token: me.token });
  expect(body.data).toMatchObject({ page: 1, limit: 2, total: 4, items: [{ isFriend: true, request: null }, { isFriend: false }] });
  const { id } = (await server.ask('POST', '/api/friends/requests', { token: me.token, body: { userId: people[0]!.id } })).body.data;
  const again = (await server.ask('GET', '/api/users/search?q=robin', { token: me.token })).body.data.items;
  expect(again[1]).toMatchObject({ username: 'robin', isFriend: false, request: { id, direction: 'outgoing' } });
});

test('[PE1] A friend is found among thousands of the same name', async () => {
  const [me, friend] = [await make.user(), await person('crowd-x', 'Common')];
  await sql`insert into users (email, username, display_name, password_hash)
    select 'c' || n || '@example.org', 'crowd-' || n, 'Common', '' from generate_series(1, 6000) n`.execute(server.db.database.kysely);
  await befriend(me, friend);
  const found = await find(me, 'common', '&limit=100');
  expect([found[0], found.length]).toEqual(['crowd-x', 100]);
  expect((await find(me, 'crowd-5999')).slice(0, 2)).toEqual(['crowd-x', 'crowd-5999']);
});

test('[PE2] Oneself, guests, the disabled and whom a block concerns are not found, whatever the cache has', async () => {
  const [me, other, gone, blocked, blocker] = [
    await person('wilma-me', 'W'), await person('wilma-other', 'W'), await person('wilma-gone', 'W'), await person('wilma-blocked', 'W'),
    await person('wilma-blocker', 'W'),
  ];
  const room = await make.room(other);
  const { invite } = (await server.ask('POST', `/api/rooms/${room.id}/invite-link`, { token: other.token })).body.data;
  await server.ask('POST', '/api/auth/guest', { body: { displayName: 'wilma', invite } });
  await server.ask('PATCH', `/api/admin/users/${gone.id}`, { token: admin.token, body: { disabled: true } });
  const all = ['wilma-blocked', 'wilma-blocker', 'wilma-other'];
  expect((await find(me, 'wilma')).toSorted()).toEqual(all);
  await block(me, blocked);
  await block(blocker, me);
  expect(await find(me, 'wilma')).toEqual(['wilma-other']);
  expect((await find(other, 'wilma')).toSorted()).toEqual(['wilma-blocked', 'wilma-blocker', 'wilma-me']);
  for (const who of [blocked, blocker]) expect(await find(who, 'wilma')).not.toContain('wilma-me');
  await block(me, blocked, 'DELETE');
  expect((await find(me, 'wilma')).toSorted()).toEqual(['wilma-blocked', 'wilma-other']);
});

test('[PE4] A public profile holds nothing private, and is not there for who is blocked', async () => {
  const [me, other] = [await make.user(), await person(`seen-${(nth += 1)}`, 'Seen')];
  const seen = (await profile(me, other.id)).body;
  expect(Object.keys(seen.data).toSorted()).toEqual(['bio', 'createdAt', 'displayName', 'id', 'profilePicture', 'role', 'username']);
  expect((await profile(me, other.id)).body).toEqual({ ...seen, _cached: true, _cacheKey: `cache:user:${other.id}:public` });
  await server.ask('PATCH', '/api/auth/profile', { token: other.token, body: { bio: 'New' } });
  expect((await profile(me, other.id)).body.data.bio).toBe('New');
  await block(other, me);
  const nobody = await profile(me, 2_000_000_000);
  const refused = await profile(me, other.id);
  expect([refused.status, refused.body.code, refused.body.detail]).toEqual([404, nobody.body.code, nobody.body.detail]);
  expect((await profile(other, me.id)).body.code).toBe('friends.blocking');
  await block(me, other);
  expect((await profile(me, other.id)).body.code).toBe('friends.blocking');
  await block(me, other, 'DELETE');
  expect((await profile(me, other.id)).body.code).toBe('accounts.not_found');
  expect((await profile(other, other.id)).status).toBe(200);
  await server.ask('PATCH', `/api/admin/users/${me.id}`, { token: admin.token, body: { disabled: true } });
  expect((await profile(admin, me.id)).body.code).toBe('accounts.not_found');
});
