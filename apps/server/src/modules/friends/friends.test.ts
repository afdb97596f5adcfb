import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
});
afterAll(() => server.close());

const people = (count: number): Promise<TestUser[]> => Promise.all(Array.from({ length: count }, () => make.user()));
const get = (who: TestUser, path: string): Promise<Answer> => server.ask('GET', path, { token: who.token });
const ask = (from: TestUser, to: { readonly id: number }): Promise<Answer> =>
  server.ask('POST', '/api/friends/requests', { token: from.token, body: { userId: to.id } });
const answer = (who: TestUser, id: number, verb: 'accept' | 'reject'): Promise<Answer> =>
  server.ask('POST', `/api/friends/requests/${id}/${verb}`, { token: who.token });
const cancel = (who: TestUser, id: number): Promise<Answer> => server.ask('DELETE', `/api/friends/requests/${id}`, { token: who.token });
const part = (who: TestUser, from: TestUser): Promise<Answer> => server.ask('DELETE', `/api/friends/${from.id}`, { token: who.token });
const standing = async (who: TestUser, to: TestUser) => (await get(who, `/api/friends/${to.id}`)).body.data;
const friendIds = async (who: TestUser): Promise<number[]> => (await get(who, '/api/friends')).body.data.items.map(({ id }: { id: number }) => id);
const openRequests = async (who: TestUser): Promise<number[]> =>
  (await get(who, '/api/friends/requests')).body.data.items.map(({ id }: { id: number }) => id);
const kinds = async (who: TestUser): Promise<string[]> =>
  (await get(who, '/api/notices')).body.data.items.map(({ kind }: { kind: string }) => kind);
async function befriend(a: TestUser, b: TestUser): Promise<void> {
  await ask(a, b);
  expect((await ask(b, a)).body.data.status).toBe('accepted');
}

test('[FR1] [FR3] A request is accepted by who was asked, and both are friends and told', async () => {
  const [ann, ben, eve] = (await people(3)) as [TestUser, TestUser, TestUser];
  const sent = await ask(ann, ben);
  expect([sent.status, sent.body.data]).toMatchObject([201, { from: { id: ann.id, username: ann.username }, to: { id: ben.id }, status: 'pending' }]);
  const { id } = sent.body.data;
  expect([await openRequests(ann), await openRequests(ben), await openRequests(eve)]).toEqual([[id], [id], []]);
  expect(await kinds(ben)).toEqual(['friend_request']);
  expect(await standing(ann, ben)).toMatchObject({ isFriend: false, request: { id, direction: 'outgoing' } });
  expect(await standing(ben, ann)).toMatchObject({ isFriend: false, request: { id, direction: 'incoming' } });
  for (const [who, verb] of [[ann, 'accept'], [ann, 'reject'], [eve, 'accept'], [eve, 'reject']] as const) {
    expect((await answer(who, id, verb)).body.code).toBe('friends.request_not_found');
  }
  for (const who of [ben, eve]) expect((await cancel(who, id)).body.code).toBe('friends.request_not_found');
  for (const nth of [1, 2]) expect([nth, (await answer(ben, id, 'accept')).body.data?.status]).toEqual([nth, 'accepted']);
  expect((await answer(ben, id, 'reject')).body.code).toBe('friends.request_not_found');
  expect((await cancel(ann, id)).body.code).toBe('friends.request_not_found');
  expect([await friendIds(ann), await friendIds(ben), await openRequests(ann), await openRequests(ben)]).toEqual([[ben.id], [ann.id], [], []]);
  expect([await kinds(ann), await kinds(ben)]).toEqual([['friend_accepted'], []]);
  expect((await ask(ann, ben)).body.code).toBe('friends.already');
});

test('[FR2] Asking again stays one request and one notice; asking back makes friends', async () => {
  const [ann, ben] = (await people(2)) as [TestUser, TestUser];
  const first = (await ask(ann, ben)).body.data;
  expect((await ask(ann, ben)).body.data).toEqual(first);
  expect(await kinds(ben)).toEqual(['friend_request']);
  expect((await ask(ben, ann)).body.data).toEqual({ ...first, status: 'accepted' });
  expect([await friendIds(ann), await friendIds(ben)]).toEqual([[ben.id], [ann.id]]);
});

test('[FR2] Two who ask one another at the same moment are friends, and nothing stays open', async () => {
  const [ann, ...others] = (await people(9)) as [TestUser, ...TestUser[]];
  const answers = await Promise.all(others.flatMap((other) => [ask(ann, other), ask(other, ann), ask(other, ann)]));
  const bad = answers.filter(({ status, body }) => status !== 201 && body.code !== 'friends.already');
  expect(bad.map(({ body }) => body)).toEqual([]);
  expect(new Set(await friendIds(ann))).toEqual(new Set(others.map(({ id }) => id)));
  for (const other of others) expect([await friendIds(other), await openRequests(other)]).toEqual([[ann.id], []]);
  expect(await openRequests(ann)).toEqual([]);
});

test('[FR4] Either ends a friendship for both, once', async () => {
  const [ann, ben] = (await people(2)) as [TestUser, TestUser];
  await befriend(ann, ben);
  const noticed = [await kinds(ann), await kinds(ben)];
  const [one, other] = await Promise.all([part(ben, ann), part(ann, ben)]);
  expect(new Set([one.status, other.status])).toEqual(new Set([200, 404]));
  expect([await friendIds(ann), await friendIds(ben)]).toEqual([[], []]);
  expect([await kinds(ann), await kinds(ben)]).toEqual(noticed);
  expect((await standing(ann, ben)).isFriend).toBe(false);
});

test('[FR4] With 10,000 friends there are no more', async () => {
  const [ann, ben] = (await people(2)) as [TestUser, TestUser];
  await fill(`
    with p as (insert into users (email, username, display_name, password_hash)
      select 'm' || n || '@example.org', 'many-' || n, 'Many', '' from generate_series(1, 9999) n returning id)
    insert into friendships select ${ann.id}, id, now() from p`);
  const request = (await ask(ben, ann)).body.data;
  expect((await answer(ann, request.id, 'accept')).status).toBe(200);
  const [cas] = await people(1);
  const { id } = (await ask(cas!, ann)).body.data;
  expect((await answer(ann, id, 'accept')).body.code).toBe('friends.full');
  expect(await openRequests(cas!)).toEqual([id]);
});

test('[FR5] So many wait for an answer, so many are sent in a day, and no more', async () => {
  const [ann, ben, cas] = (await people(3)) as [TestUser, TestUser, TestUser];
  await fill(`
    with p as (insert into users (email, username, display_name, password_hash)
      select 'w' || n || '@example.org', 'waits-' || n, 'Waits', '' from generate_series(1, 149) n returning id)
    insert into friend_requests (from_id, to_id, created_at, status, answered_at)
    select ${ann.id}, id, now() - interval '2 days', 'pending', null from (select id from p order by id limit 99) a
    union all select ${ben.id}, id, now() - interval '1 hour', 'cancelled', now() from (select id from p order by id limit 49) b`);
  expect((await ask(ann, cas)).status).toBe(201);
  expect((await ask(ann, ben)).body.code).toBe('friends.requests_exhausted');
  expect((await ask(ben, cas)).status).toBe(201);
  const refused = await ask(ben, (await people(1))[0]!);
  expect([refused.status, refused.body.code]).toEqual([429, 'friends.requests_exhausted']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(22 * 3600);
});

test('[FR6] After a rejection there is a month of rest, and nobody is asked over and over', async () => {
  const [ann, ben, cas] = (await people(3)) as [TestUser, TestUser, TestUser];
  const { id } = (await ask(ann, ben)).body.data;
  expect((await answer(ben, id, 'reject')).body.data.status).toBe('rejected');
  expect([await openRequests(ann), await kinds(ben), await kinds(ann)]).toEqual([[], [], []]);
  const refused = await ask(ann, ben);
  expect([refused.status, refused.body.code]).toEqual([429, 'friends.request_too_soon']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(29 * 86_400);
  expect((await ask(ben, ann)).status).toBe(201);
  await fill(`update friend_requests set answered_at = answered_at - interval '31 days', created_at = created_at - interval '31 days'`);
  expect((await ask(ann, ben)).status).toBe(201);
  for (let nth = 1; nth <= 3; nth += 1) {
    const asked = await ask(ann, cas);
    expect([nth, (await cancel(ann, asked.body.data.id)).body.data.status]).toEqual([nth, 'cancelled']);
  }
  expect((await ask(ann, cas)).body.code).toBe('friends.request_too_soon');
  expect(await kinds(cas)).toEqual([]);
});

test('[FR7] Nobody asks themselves, a guest, somebody unknown or disabled; old answers are cleared away', async () => {
  const [ann, ben, cas] = (await people(3)) as [TestUser, TestUser, TestUser];
  expect((await ask(ann, ann)).body.code).toBe('friends.self');
  const { invite } = (await server.ask('POST', `/api/rooms/${(await make.room(ann)).id}/invite-link`, { token: ann.token })).body.data;
  const guest = (await server.ask('POST', '/api/auth/guest', { body: { displayName: 'Gus', invite } })).body.data;
  await fill(`update users set disabled_at = now() where id = ${cas.id}`);
  for (const id of [guest.guest.id, cas.id, 2_000_000_000]) expect((await ask(ann, { id })).body.code).toBe('accounts.not_found');
  expect((await server.ask('POST', '/api/friends/requests', { token: guest.accessToken, body: { userId: ann.id } })).body.code).toBe('auth.guest_forbidden');
  const { id } = (await ask(ann, ben)).body.data;
  await answer(ben, id, 'reject');
  await server.app.friends.sweepRequests(server.app.write);
  expect(await server.app.friends.sweepRequests(server.app.write)).toBe(0);
  await fill(`update friend_requests set answered_at = answered_at - interval '40 days' where answered_at is not null`);
  expect(await server.app.friends.sweepRequests(server.app.write)).toBeGreaterThan(0);
});

test('[FR11] [FR13] Friends are listed newest first by cursor, as they call themselves now', async () => {
  const [ann, ...others] = (await people(6)) as [TestUser, ...TestUser[]];
  for (const other of others) await befriend(ann, other);
  const ids: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { data }: Answer['body'] = (await get(ann, `/api/friends?limit=2${cursor && `&cursor=${cursor}`}`)).body;
    ids.push(...data.items.map(({ id }: { id: number }) => id));
    cursor = data.nextCursor;
  }
  expect(ids).toEqual(others.map(({ id }) => id).toReversed());
  await server.ask('PATCH', '/api/auth/profile', { token: others[0]!.token, body: { displayName: 'Renamed' } });
  const { items } = (await get(ann, '/api/friends')).body.data;
  expect(items.at(-1)).toMatchObject({ id: others[0]!.id, displayName: 'Renamed', online: false });
  await part(ann, others[1]!);
  expect(await friendIds(ann)).toHaveLength(4);
  expect((await get(ann, '/api/friends?online=true')).body.data).toEqual({ items: [], nextCursor: null });
});

async function fill(statement: string): Promise<void> {
  const { sql } = await import('kysely');
  await sql.raw(statement).execute(server.db.database.kysely);
}
