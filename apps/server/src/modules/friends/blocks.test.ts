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

const by = (who: TestUser, method: string, path: string, body?: object): Promise<Answer> =>
  server.ask(method, path, { token: who.token, ...(body && { body }) });
const ask = (from: TestUser, to: TestUser) => by(from, 'POST', '/api/friends/requests', { userId: to.id });
const block = (who: TestUser, whom: TestUser) => by(who, 'POST', `/api/friends/blocks/${whom.id}`);
const unblock = (who: TestUser, whom: TestUser) => by(who, 'DELETE', `/api/friends/blocks/${whom.id}`);
const ids = async (who: TestUser, list: string): Promise<number[]> =>
  (await by(who, 'GET', `/api/friends${list}`)).body.data.items.map(({ id }: { id: number }) => id);
const kinds = async (who: TestUser): Promise<string[]> =>
  (await by(who, 'GET', '/api/notices')).body.data.items.map(({ kind }: { kind: string }) => kind);
async function pair(): Promise<[TestUser, TestUser]> {
  return [await make.user(), await make.user()];
}
/** What tells one answer from another. */
const told = ({ status, body }: Answer) => ({ status, code: body.code, detail: body.detail });

test('[FR8] For who is blocked the other one does not exist, wherever they ask', async () => {
  const [ann, ben] = await pair();
  const questions = (id: number) => [
    by(ben, 'POST', '/api/friends/requests', { userId: id }), by(ben, 'GET', `/api/friends/${id}`),
    by(ben, 'GET', `/api/friends/mutual/${id}`), by(ben, 'GET', `/api/friends/mutual/${id}?limit=3`), by(ben, 'GET', `/api/users/${id}`),
  ];
  const nobody = (await Promise.all(questions(2_000_000_000))).map(told);
  for (const answer of await Promise.all(questions(ann.id).slice(1))) expect(answer.status).toBe(200);
  await by(ben, 'DELETE', `/api/friends/requests/${(await ask(ben, ann)).body.data.id}`);
  expect((await block(ann, ben)).body.data).toMatchObject({ id: ben.id, username: ben.username });
  expect((await Promise.all(questions(ann.id))).map(told)).toEqual(nobody);
  expect(new Set(nobody.map(({ code }) => code))).toEqual(new Set(['accounts.not_found']));
});

test('[FR8] Who blocks is told of their own block, whatever the other one does, and may always block', async () => {
  const [ann, ben] = await pair();
  const questions = () => Promise.all([
    ask(ann, ben), by(ann, 'GET', `/api/friends/${ben.id}`), by(ann, 'GET', `/api/friends/mutual/${ben.id}`), by(ann, 'GET', `/api/users/${ben.id}`),
  ]);
  const first = (await block(ann, ben)).body.data;
  const alone = (await questions()).map(told);
  expect(new Set(alone.map(({ code }) => code))).toEqual(new Set(['friends.blocking']));
  expect((await block(ben, ann)).status).toBe(201);
  expect((await questions()).map(told)).toEqual(alone);
  expect((await block(ann, ben)).body.data).toEqual(first);
  expect([await ids(ann, '/blocks'), await ids(ben, '/blocks')]).toEqual([[ben.id], [ann.id]]);
  expect((await unblock(ann, ben)).status).toBe(200);
  expect(told(await unblock(ann, ben)).code).toBe('friends.not_blocking');
  expect((await ask(ann, ben)).body.code).toBe('accounts.not_found');
  expect((await block(ann, ann)).body.code).toBe('friends.self');
});

test('[FR9] A block ends friendship and requests of either direction, and refuses what comes after', async () => {
  const [ann, ben] = await pair();
  await ask(ann, ben);
  await ask(ben, ann);
  expect(await ids(ann, '')).toEqual([ben.id]);
  await block(ben, ann);
  expect([await ids(ann, ''), await ids(ben, '')]).toEqual([[], []]);
  for (const [from, to] of [await pair(), (await pair()).toReversed()] as [TestUser, TestUser][]) {
    const { id } = (await ask(from, to)).body.data;
    expect(await kinds(to)).toEqual(['friend_request']);
    await block(to, from);
    expect([await ids(from, '/requests'), await ids(to, '/requests'), await kinds(to)]).toEqual([[], [], []]);
    expect((await by(to, 'POST', `/api/friends/requests/${id}/accept`)).body.code).toBe('friends.request_not_found');
  }
});

test('[FR9] Whatever meets a block at the same moment, nobody is friends beside it afterwards', async () => {
  for (let round = 0; round < 6; round += 1) {
    const [ann, ben] = await pair();
    const { id } = (await ask(ann, ben)).body.data;
    const answers = await Promise.all([
      block(ann, ben), by(ben, 'POST', `/api/friends/requests/${id}/accept`), ask(ben, ann), block(ben, ann),
    ]);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    for (const who of [ann, ben]) expect([await ids(who, ''), await ids(who, '/requests')]).toEqual([[], []]);
  }
});

test('[FR10] Neither invites the other to a room by user, by mail nothing is sent, and a mention calls nobody', async () => {
  const [ann, ben] = await pair();
  for (const [blocker, other] of [[ann, ben], [ben, ann]] as const) {
    await block(blocker, other);
    for (const [host, guest] of [[ann, ben], [ben, ann]] as const) {
      const room = await make.room(host);
      const invite = (userId: number) => by(host, 'POST', `/api/rooms/${room.id}/invitations`, { userId });
      expect(told(await invite(guest.id))).toEqual(told(await invite(2_000_000_000)));
      const { id } = (await by(host, 'POST', `/api/rooms/${room.id}/invitations`, { email: guest.email })).body.data;
      expect(await server.app.write((tx) => server.app.rooms.issueInvitation(tx, id))).toBe('of no use');
      await by(guest, 'POST', `/api/rooms/${room.id}/join`, {});
      const said = await make.message(host, room.id, { content: `Hello @${guest.username}` });
      expect(said.mentions).toMatchObject([{ userId: guest.id }]);
      expect(await kinds(guest)).toEqual([]);
    }
    await unblock(blocker, other);
  }
  const room = await make.room(ann);
  await by(ben, 'POST', `/api/rooms/${room.id}/join`, {});
  await make.message(ann, room.id, { content: `Hello @${ben.username}` });
  expect(await kinds(ben)).toEqual(['mention']);
});
