import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let [owner, ann, bob]: TestUser[] = [];
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  [owner, ann, bob] = [await make.user(), await make.user(), await make.user()];
});
afterAll(() => server.close());

const HOUR_MS = 60 * 60 * 1000;
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();
const ask = (user: TestUser | undefined, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user?.token, ...(body && { body }) });
const create = async (given: object = {}, user = owner!): Promise<Event> => {
  const answer = await ask(user, 'POST', '/events', { title: 'Film night', ...('startsAtLocal' in given ? {} : { startsAt: inHours(48) }), ...given });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.data;
};

test('[EV3] [EV6] An event is made, read, changed in parts, replaced and removed', async () => {
  const startsAt = inHours(48);
  const made = await create({ startsAt, endsAt: inHours(50), location: { lat: 52.52, lng: 13.4, address: 'Berlin' }, capacity: 5 });
  expect(made).toMatchObject({
    title: 'Film night', description: '', startsAt, timeZone: 'UTC', location: { lat: 52.52, lng: 13.4, address: 'Berlin' },
    online: false, roomId: null, opensRoom: false, capacity: 5, goingCount: 0, interestedCount: 0, waitlistedCount: 0,
    visibility: 'public', ownerId: owner!.id, cancelledAt: null,
  });
  expect((await ask(undefined, 'GET', `/events/${made.id}`)).body.data).toEqual(made);
  const patched = (await ask(owner, 'PATCH', `/events/${made.id}`, { title: 'Two films' })).body.data;
  expect(patched).toEqual({ ...made, title: 'Two films', updatedAt: patched.updatedAt });
  expect((await ask(undefined, 'GET', `/events/${made.id}`)).body.data).toEqual(patched);
  const put = (await ask(owner, 'PUT', `/events/${made.id}`, { title: 'Three', startsAt })).body.data;
  expect(put).toMatchObject({ title: 'Three', startsAt, endsAt: null, location: null, capacity: null });
  expect((await ask(ann, 'PATCH', `/events/${made.id}`, { title: 'Mine' })).body.code).toBe('events.not_owner');
  expect((await ask(ann, 'DELETE', `/events/${made.id}`)).body.code).toBe('events.not_owner');
  expect((await ask(owner, 'DELETE', `/events/${made.id}`)).status).toBe(200);
  expect((await ask(undefined, 'GET', `/events/${made.id}`)).body.code).toBe('events.not_found');
});

test('[EV4] [EV6] Times that do not fit together are refused, each with its reason', async () => {
  const startsAt = inHours(48);
  const refused = async (body: object) => {
    const answer = await ask(owner, 'POST', '/events', { title: 'Never', ...body });
    return [answer.status, answer.body.code, answer.body.errors?.[0]?.field];
  };
  expect(await refused({})).toEqual([422, 'events.times_invalid', '/body/startsAt']);
  expect(await refused({ startsAt, startsAtLocal: '2030-01-01T20:00' })).toEqual([422, 'events.times_invalid', '/body/startsAt']);
  expect(await refused({ startsAt, endsAt: inHours(47) })).toEqual([422, 'events.times_invalid', '/body/endsAt']);
  expect(await refused({ startsAt, endsAt: inHours(48 + 15 * 24) })).toEqual([422, 'events.times_invalid', '/body/endsAt']);
  expect(await refused({ startsAtLocal: '2030-02-30T20:00' })).toEqual([422, 'events.times_invalid', '/body/startsAtLocal']);
  expect(await refused({ startsAt: inHours(-4) })).toEqual([422, 'events.times_invalid', undefined]);
  expect(await refused({ startsAt, timeZone: '+02:00' })).toEqual([422, 'events.time_zone_unknown', undefined]);
  expect(await refused({ startsAt: '2016-12-31T23:59:60Z' })).toEqual([422, 'events.times_invalid', '/body/startsAt']);
});

test('[EV5] Whoever changes the day alone keeps the hour on the clocks, over both changes of the clocks', async () => {
  const event = await create({ startsAtLocal: '2030-03-30T20:00', endsAtLocal: '2030-03-30T22:30', timeZone: 'Europe/Berlin' });
  expect(event).toMatchObject({ startsAt: '2030-03-30T19:00:00.000Z', startsAtLocal: '2030-03-30T20:00:00', endsAt: '2030-03-30T21:30:00.000Z' });
  const later = await ask(owner, 'PATCH', `/events/${event.id}`, { startsAtLocal: '2030-03-31T20:00', endsAtLocal: '2030-03-31T22:30' });
  expect(later.body.data).toMatchObject({ startsAt: '2030-03-31T18:00:00.000Z', endsAtLocal: '2030-03-31T22:30:00' });
  // The second half past two of that night, given as an instant, stays so when it is sent back as the clocks show it.
  const twice = await create({ startsAt: '2030-10-27T01:30:00Z', timeZone: 'Europe/Berlin' });
  expect(twice.startsAtLocal).toBe('2030-10-27T02:30:00');
  const same = await ask(owner, 'PATCH', `/events/${twice.id}`, { startsAtLocal: twice.startsAtLocal, title: 'Late' });
  expect(same.body.data.startsAt).toBe('2030-10-27T01:30:00.000Z');
  const moved = await ask(owner, 'PATCH', `/events/${twice.id}`, { timeZone: 'America/New_York' });
  expect(moved.body.data).toMatchObject({ startsAt: '2030-10-27T01:30:00.000Z', startsAtLocal: '2030-10-26T21:30:00' });
});

test('[EV3] An event takes place in a room of which one is a host; a room that goes leaves it without one', async () => {
  const room = await make.room(owner!);
  const event = await create({ roomId: room.id, opensRoom: true });
  expect(event).toMatchObject({ roomId: room.id, opensRoom: true });
  expect((await ask(ann, 'POST', '/events', { title: 'No', startsAt: inHours(3), roomId: room.id })).body.code).toBe('events.room_not_found');
  expect((await ask(owner, 'PATCH', `/events/${event.id}`, { roomId: 999_999 })).body.code).toBe('events.room_not_found');
  expect((await ask(undefined, 'GET', `/events/${event.id}`)).headers.get('x-cache')).not.toBeNull();
  await ask(owner, 'DELETE', `/rooms/${room.id}`);
  expect((await ask(undefined, 'GET', `/events/${event.id}`)).body.data).toMatchObject({ roomId: null, opensRoom: false });
});

test('[EV7] Lists: public ones to come, one’s own, those one has answered, by cursor', async () => {
  const mine = await make.user();
  const ids: number[] = [];
  for (const hours of [30, 10, 20]) ids.push((await create({ startsAt: inHours(hours), visibility: 'private' }, mine)).id);
  const open = await create({ startsAt: inHours(5) });
  await ask(mine, 'POST', `/events/${open.id}/rsvp`, { status: 'interested' });
  const [thirty, ten, twenty] = ids;
  const seen: number[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { data }: { data: { items: Event[]; nextCursor: string | null } } =
      (await ask(mine, 'GET', `/events?scope=mine&limit=2${cursor && `&cursor=${cursor}`}`)).body;
    seen.push(...data.items.map(({ id }) => id));
    cursor = data.nextCursor;
  }
  expect(seen).toEqual([open.id, ten, twenty, thirty]);
  const upcoming = (await ask(undefined, 'GET', '/events?limit=100')).body.data.items as Event[];
  expect(upcoming.map(({ id }) => id)).toContain(open.id);
  expect(upcoming.every(({ visibility }) => visibility === 'public')).toBe(true);
  expect(upcoming.map(({ startsAt }) => startsAt)).toEqual(upcoming.map(({ startsAt }) => startsAt).toSorted());
  expect((await ask(undefined, 'GET', '/events?scope=mine')).body.code).toBe('auth.required');
  expect((await ask(undefined, 'GET', '/events?cursor=nonsense')).body.code).toBe('events.cursor_invalid');
  expect((await ask(mine, 'GET', '/events?scope=mine')).body.data.items[0].myStatus).toBe('interested');
});

test('[EV9] A cancelled event stays to be seen, takes no answers and changes no more; its people are told, once', async () => {
  const event = await create();
  await ask(ann, 'POST', `/events/${event.id}/rsvp`, { status: 'going' });
  const cancelled = (await ask(owner, 'POST', `/events/${event.id}/cancel`)).body.data;
  expect(cancelled.cancelledAt).not.toBeNull();
  expect((await ask(owner, 'POST', `/events/${event.id}/cancel`)).body.data).toEqual(cancelled);
  expect((await ask(bob, 'POST', `/events/${event.id}/rsvp`, { status: 'going' })).body.code).toBe('events.cancelled');
  expect((await ask(owner, 'PATCH', `/events/${event.id}`, { title: 'On' })).body.code).toBe('events.cancelled');
  const notices = async () => (await ask(ann, 'GET', '/notices')).body.data.items.filter(({ eventId }: { eventId?: number }) => eventId === event.id);
  await expect.poll(notices).toMatchObject([{ kind: 'event_cancelled', title: 'Film night' }]);
  expect((await ask(undefined, 'GET', '/events?limit=100')).body.data.items.map(({ id }: Event) => id)).not.toContain(event.id);
});

test('[EV8] Who comes is told when time or place change, and of nothing else', async () => {
  const event = await create();
  await ask(ann, 'POST', `/events/${event.id}/rsvp`, { status: 'interested' });
  await ask(owner, 'PATCH', `/events/${event.id}`, { title: 'Another title' });
  await ask(owner, 'PATCH', `/events/${event.id}`, { startsAt: inHours(60), location: { lat: 1, lng: 2 } });
  const notices = async () => (await ask(ann, 'GET', '/notices')).body.data.items.filter(({ eventId }: { eventId?: number }) => eventId === event.id);
  await expect.poll(notices).toMatchObject([{ kind: 'event_changed', title: 'Another title', changes: ['time', 'place'] }]);
});

test('[EV10] The cache of events for other code: loaded, stored, ended', async () => {
  const { app } = server;
  const event = await create();
  expect(await app.events.getCachedEvent(event.id)).toEqual(event);
  await server.db.database.kysely.updateTable('events').set({ title: 'Behind its back' }).where('id', '=', event.id).execute();
  expect((await app.events.getCachedEvent(event.id)).title).toBe(event.title);
  expect((await app.events.cacheEvent(event.id)).title).toBe('Behind its back');
  expect((await ask(undefined, 'GET', `/events/${event.id}`)).body).toMatchObject({ data: { title: 'Behind its back' }, _cached: true, _cacheKey: `cache:event:${event.id}` });
  await server.db.database.kysely.updateTable('events').set({ title: 'Again' }).where('id', '=', event.id).execute();
  await app.events.invalidateEventCache(event.id);
  expect((await app.events.getCachedEvent(event.id)).title).toBe('Again');
  const listed = async () => (await ask(ann, 'GET', `/users/${owner!.id}/events?limit=100`)).body;
  await listed();
  expect(await listed()).toMatchObject({ _cached: true });
  await app.events.invalidateUserCache(owner!.id);
  expect(await listed()).not.toHaveProperty('_cached');
});
