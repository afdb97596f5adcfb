import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';

let nodes: TwoNodes;
let a: TestApp;
let b: TestApp;
let make: ReturnType<typeof factoriesFor>;
let admin: TestUser;
let owner: TestUser;
let guest: TestUser;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ a, b } = nodes);
  make = factoriesFor(a);
  admin = await make.user();
  [owner, guest] = [await make.user(), await make.user()];
});
afterAll(() => nodes.close());

const PASSWORD = 'secret';
const path = (roomId: number, rest = '') => `/api/rooms/${roomId}${rest}`;
const join = (user: TestUser, roomId: number) => a.ask('POST', path(roomId, '/join'), { token: user.token, body: { password: PASSWORD } });
const leave = (user: TestUser, roomId: number) => a.ask('POST', path(roomId, '/leave'), { token: user.token });
const kick = (user: TestUser, roomId: number, query = '') => a.ask('DELETE', path(roomId, `/participants/${user.id}${query}`), { token: owner.token });
const patch = (roomId: number, body: object) => a.ask('PATCH', path(roomId), { token: owner.token, body });

/** What the other node answers: the room, its chat. */
async function sight(user: TestUser, roomId: number): Promise<[number, number]> {
  const [room, chat] = [path(roomId), `/api/chat/${roomId}/messages`];
  return [(await b.ask('GET', room, { token: user.token })).status, (await b.ask('GET', chat, { token: user.token })).status];
}

test('[RO13] Who may read is answered by the cache, not by the database', async () => {
  const { id } = await make.room(owner, { isPrivate: true, password: PASSWORD });
  await join(guest, id);
  expect(await sight(guest, id)).toEqual([200, 200]);
  await a.db.database.kysely.deleteFrom('room_participants').where('room_id', '=', id).where('user_id', '=', guest.id).execute();
  expect(await sight(guest, id)).toEqual([200, 200]);
  await patch(id, { description: 'Something about the room has changed' });
  expect(await sight(guest, id)).toEqual([404, 404]);
});

test('[RO13] At the next request on the other node, whatever changes who may read has changed it', async () => {
  const { id } = await make.room(owner, { isPrivate: true, password: PASSWORD });
  const steps: [string, () => Promise<unknown>, [number, number]][] = [
    ['a stranger', async () => {}, [404, 404]],
    ['joined', () => join(guest, id), [200, 200]],
    ['left', () => leave(guest, id), [404, 404]],
    ['joined again', () => join(guest, id), [200, 200]],
    ['was put out', () => kick(guest, id), [404, 404]],
    ['may look', () => patch(id, { isPrivate: false }), [200, 403]],
    ['may read', () => patch(id, { password: null }), [200, 200]],
    ['needs the password again', () => patch(id, { password: PASSWORD }), [200, 403]],
    ['must not look', () => patch(id, { isPrivate: true }), [404, 404]],
    ['joined once more', () => join(guest, id), [200, 200]],
    ['was banned', () => kick(guest, id, '?ban=true'), [404, 404]],
  ];
  for (const [what, change, expected] of steps) {
    await change();
    expect([what, await sight(guest, id)]).toEqual([what, expected]);
    expect(await sight(owner, id)).toEqual([200, 200]);
    expect(await sight(admin, id)).toEqual([200, 200]);
  }
  // The owner may see the room from outside too.
  await leave(owner, id);
  expect(await sight(owner, id)).toEqual([200, 200]);
  await a.ask('DELETE', path(id), { token: owner.token });
  for (const user of [owner, admin, guest]) expect(await sight(user, id)).toEqual([404, 404]);
});

test('[RO13] A role is the new one at once', async () => {
  const { id } = await make.room(owner);
  await join(guest, id);
  const actor = { userId: guest.id, username: guest.username, role: 'user', sessionId: guest.sessionId } as const;
  const role = async () => (await b.app.rooms.readerStanding(actor, id)).role;
  expect(await role()).toBe('viewer');
  for (const given of ['co-host', 'host', 'viewer'] as const) {
    await a.ask('PATCH', path(id, `/participants/${guest.id}`), { token: owner.token, body: { role: given } });
    expect(await role()).toBe(given);
  }
  await leave(guest, id);
  expect(await role()).toBeUndefined();
});

test('[RO13] With Redis away, and with PostgreSQL away, readers stay readers and strangers strangers', async () => {
  const { id } = await make.room(owner, { isPrivate: true, password: PASSWORD });
  await join(guest, id);
  const stranger = await make.user();
  for (const user of [guest, stranger]) await sight(user, id);
  await nodes.network.cut();
  expect(await sight(guest, id)).toEqual([200, 200]);
  expect(await sight(stranger, id)).toEqual([404, 404]);
  await nodes.network.mend();
  await nodes.redis.kill();
  expect([await sight(guest, id), await sight(stranger, id)]).toEqual([[200, 200], [404, 404]]);
  await kick(guest, id);
  expect(await sight(guest, id)).toEqual([404, 404]);
  await nodes.redis.restart();
  await nodes.caching();
  expect(await sight(guest, id)).toEqual([404, 404]);
});
