import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let [owner, host, viewer]: TestUser[] = [];
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [owner, host, viewer] = [await make.user(), await make.user(), await make.user()];
});
afterAll(() => server.close());

const openFor = (roomId: number, user: TestUser) => server.app.write((tx, effects) => server.app.rooms.openFor(tx, effects, roomId, user.id));
const read = async (roomId: number) => (await server.ask('GET', `/api/rooms/${roomId}`, { token: owner!.token })).body.data;
async function closedRoom(given: object): Promise<number> {
  const { id } = await make.room(owner!, given);
  for (const user of [host!, viewer!]) await server.ask('POST', `/api/rooms/${id}/join`, { token: user.token, body: given });
  await server.ask('PATCH', `/api/rooms/${id}/participants/${host!.id}`, { token: owner!.token, body: { role: 'co-host' } });
  await server.ask('PATCH', `/api/rooms/${id}`, { token: owner!.token, body: { isActive: false } });
  return id;
}

test('[RO18] A room is opened in the name of a host, of nobody else, and a locked one with an invitation', async () => {
  const open = await closedRoom({});
  expect(await openFor(open, viewer!)).toBeUndefined();
  expect((await read(open)).isActive).toBe(false);
  expect(await openFor(open, host!)).toEqual({ url: `http://watchparty.test/rooms/${open}` });
  expect((await read(open)).isActive).toBe(true);

  const locked = await closedRoom({ password: 'sofa' });
  const { url } = (await openFor(locked, owner!))!;
  const invite = new URL(url).searchParams.get('invite');
  const guest = await make.user();
  expect((await server.ask('POST', `/api/rooms/${locked}/join`, { token: guest.token, body: { invite } })).status).toBe(200);
  expect(await openFor(999_999, owner!)).toBeUndefined();
});
