import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let [owner, friend, stranger]: TestUser[] = [];
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [owner, friend, stranger] = [await make.user(), await make.user(), await make.user()];
  await befriend(owner, friend);
});
afterAll(() => server.close());

const ask = (user: TestUser, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user.token, ...(body && { body }) });
async function befriend(a: TestUser, b: TestUser): Promise<void> {
  const { body } = await ask(a, 'POST', '/friends/requests', { userId: b.id });
  await ask(b, 'POST', `/friends/requests/${body.data.id}/accept`);
}
const create = async (given: object = {}): Promise<Event> =>
  (await ask(owner!, 'POST', '/events', { title: 'Among us', startsAt: new Date(Date.now() + 48 * 3_600_000).toISOString(), visibility: 'private', ...given })).body.data;
const invitations = async (user: TestUser, id: number) =>
  (await ask(user, 'GET', '/notices')).body.data.items.filter((one: { kind: string; eventId?: number }) => one.kind === 'event_invitation' && one.eventId === id);

test('[EI1] [EI2] [EI3] Friends are invited, told once, and see the event; nobody else is, and nobody else knows who is', async () => {
  const { id } = await create();
  const invite = (user: TestUser, userIds: number[]) => ask(user, 'POST', `/events/${id}/invitations`, { userIds });
  expect((await ask(friend!, 'GET', `/events/${id}`)).body.code).toBe('events.not_found');
  expect((await invite(owner!, [friend!.id, stranger!.id])).body.code).toBe('events.not_friend');
  expect((await ask(friend!, 'GET', `/events/${id}`)).body.code).toBe('events.not_found');
  expect((await invite(owner!, [friend!.id])).body.data).toEqual({ eventId: id, userIds: [friend!.id] });
  expect((await invite(owner!, [friend!.id])).body.data).toEqual({ eventId: id, userIds: [] });
  expect(await invitations(friend!, id)).toMatchObject([{ title: 'Among us', from: { userId: owner!.id } }]);
  expect((await ask(friend!, 'GET', `/events/${id}`)).status).toBe(200);
  expect((await invite(friend!, [friend!.id])).body.code).toBe('events.not_owner');
  expect((await ask(friend!, 'GET', `/events/${id}/invitations`)).body.code).toBe('events.not_owner');
  expect((await ask(stranger!, 'GET', `/events/${id}/invitations`)).body.code).toBe('events.not_found');
  await ask(friend!, 'POST', `/events/${id}/rsvp`, { status: 'declined' });
  expect((await ask(owner!, 'GET', `/events/${id}/invitations`)).body.data.items).toMatchObject([{ userId: friend!.id, status: 'declined' }]);
});

test('[EI2] An invitation taken back takes the answer with it, and the seat goes to the next', async () => {
  const { id } = await create({ capacity: 1 });
  await ask(owner!, 'POST', `/events/${id}/invitations`, { userIds: [friend!.id] });
  expect((await ask(friend!, 'POST', `/events/${id}/rsvp`, { status: 'going' })).body.data.status).toBe('going');
  expect((await ask(owner!, 'POST', `/events/${id}/rsvp`, { status: 'going' })).body.data.status).toBe('waitlisted');
  await ask(owner!, 'DELETE', `/events/${id}/invitations/${friend!.id}`);
  expect((await ask(friend!, 'GET', `/events/${id}`)).body.code).toBe('events.not_found');
  expect(await invitations(friend!, id)).toEqual([]);
  expect((await ask(owner!, 'GET', `/events/${id}/rsvp`)).body.data).toMatchObject({ status: 'going', goingCount: 1, waitlistedCount: 0 });
});

test('[EV9] Of an event that is removed no invitation is left', async () => {
  const { id } = await create();
  await ask(owner!, 'POST', `/events/${id}/invitations`, { userIds: [friend!.id] });
  expect(await invitations(friend!, id)).toHaveLength(1);
  await ask(owner!, 'DELETE', `/events/${id}`);
  expect(await invitations(friend!, id)).toEqual([]);
});
