import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Attendee, Event, Rsvp, RsvpStatus } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let owner: TestUser;
let people: TestUser[];
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  owner = await make.user();
  people = [];
  while (people.length < 6) people.push(...(await Promise.all([make.user(), make.user(), make.user()])));
});
afterAll(() => server.close());

const ask = (user: TestUser, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user.token, ...(body && { body }) });
const create = async (given: object = {}): Promise<Event> =>
  (await ask(owner, 'POST', '/events', { title: 'Ten seats', startsAt: new Date(Date.now() + 48 * 3_600_000).toISOString(), ...given })).body.data;
const rsvp = async (user: TestUser, id: number, status: string, more: object = {}): Promise<Rsvp> => {
  const answer = await ask(user, 'POST', `/events/${id}/rsvp`, { status, ...more });
  return answer.body.data ?? answer.body.code;
};
const read = async (id: number): Promise<Event> => (await ask(owner, 'GET', `/events/${id}`)).body.data;
const promotions = async (user: TestUser, id: number) =>
  (await ask(user, 'GET', '/notices')).body.data.items.filter((one: { kind: string; eventId?: number }) => one.kind === 'event_promoted' && one.eventId === id);

test('[RV1] [RV3] [RV4] [RV5] Past the capacity people wait, and get the seats that become free in their order, told once', async () => {
  const [a, b, c, d] = people as [TestUser, TestUser, TestUser, TestUser];
  const { id } = await create({ capacity: 1 });
  expect(await rsvp(a, id, 'going')).toEqual({ eventId: id, status: 'going', waitlistPosition: null, goingCount: 1, interestedCount: 0, waitlistedCount: 0 });
  expect(await rsvp(b, id, 'going')).toMatchObject({ status: 'waitlisted', waitlistPosition: 1 });
  expect(await rsvp(c, id, 'going')).toMatchObject({ status: 'waitlisted', waitlistPosition: 2, waitlistedCount: 2 });
  expect(await rsvp(d, id, 'interested')).toMatchObject({ status: 'interested', waitlistPosition: null, interestedCount: 1 });
  expect(await rsvp(c, id, 'going')).toMatchObject({ status: 'waitlisted', waitlistPosition: 2 });
  expect(await read(id)).toMatchObject({ goingCount: 1, waitlistedCount: 2, interestedCount: 1 });
  expect(await rsvp(a, id, 'declined')).toMatchObject({ status: 'declined', goingCount: 1, waitlistedCount: 1 });
  expect((await ask(b, 'GET', `/events/${id}/rsvp`)).body.data).toMatchObject({ status: 'going', waitlistPosition: null });
  expect((await ask(c, 'GET', `/events/${id}/rsvp`)).body.data).toMatchObject({ status: 'waitlisted', waitlistPosition: 1 });
  expect(await promotions(b, id)).toHaveLength(1);
  expect(await promotions(c, id)).toHaveLength(0);
  expect((await ask(b, 'DELETE', `/events/${id}/rsvp`)).body.data).toMatchObject({ status: null, goingCount: 1, waitlistedCount: 0 });
  expect((await ask(c, 'GET', `/events/${id}/rsvp`)).body.data.status).toBe('going');
});

test('[RV4] [RV6] A larger capacity lets the first in, a smaller one puts nobody out', async () => {
  const { id } = await create({ capacity: 2 });
  for (const user of people) await rsvp(user, id, 'going');
  await ask(owner, 'PATCH', `/events/${id}`, { capacity: 4 });
  expect(await read(id)).toMatchObject({ goingCount: 4, waitlistedCount: 2, capacity: 4 });
  await ask(owner, 'PATCH', `/events/${id}`, { capacity: 1 });
  expect(await read(id)).toMatchObject({ goingCount: 4, waitlistedCount: 2 });
  expect(await rsvp(people[0]!, id, 'declined')).toMatchObject({ goingCount: 3, waitlistedCount: 2 });
  await ask(owner, 'PATCH', `/events/${id}`, { capacity: null });
  expect(await read(id)).toMatchObject({ goingCount: 5, waitlistedCount: 0 });
});

test('[RV5] Who wished so gets a mail with their seat', async () => {
  const { id } = await create({ capacity: 1, title: 'With a mail' });
  const [first, waits, waitsToo] = people as [TestUser, TestUser, TestUser];
  await rsvp(first, id, 'going');
  await rsvp(waits, id, 'going', { wantsMail: true });
  await rsvp(waitsToo, id, 'going');
  await rsvp(first, id, 'declined');
  const letters = async (): Promise<string[]> => {
    const folder = join(server.dataDir, 'outbox');
    const names = await readdir(folder).catch((): string[] => []);
    const texts = await Promise.all(names.filter((name) => name.endsWith('.eml')).map((name) => readFile(join(folder, name), 'utf8')));
    return texts.filter((text) => text.includes('You have a seat'));
  };
  await expect.poll(letters, { timeout: 20_000 }).toHaveLength(1);
  expect((await letters())[0]).toContain(waits.email);
  // Who did not wish so is promoted without one: the next mail is that of whoever comes after them.
  await rsvp(waits, id, 'declined');
  const next = (await create({ capacity: 1, title: 'With another mail' })).id;
  await rsvp(first, next, 'going');
  await rsvp(people[3]!, next, 'going', { wantsMail: true });
  await rsvp(first, next, 'declined');
  await expect.poll(letters, { timeout: 20_000 }).toHaveLength(2);
  expect((await letters()).filter((text) => text.includes(waitsToo.email))).toEqual([]);
});

test('[RV7] Attendees are listed by cursor: who goes, who waits in order, who may come', async () => {
  const { id } = await create({ capacity: 2 });
  const [a, b, c, d, e, f] = people as [TestUser, TestUser, TestUser, TestUser, TestUser, TestUser];
  for (const user of [f, e, d, b]) await rsvp(user, id, 'going');
  await rsvp(a, id, 'interested');
  await rsvp(c, id, 'declined');
  const seen: [number, RsvpStatus, number | null][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { data }: { data: { items: Attendee[]; nextCursor: string | null } } = (await ask(owner, 'GET', `/events/${id}/attendees?limit=2${cursor && `&cursor=${cursor}`}`)).body;
    for (const { userId, status, waitlistPosition } of data.items) seen.push([userId, status, waitlistPosition]);
    cursor = data.nextCursor;
  }
  const [low, high] = [e, f].map(({ id: userId }) => userId).toSorted((x, y) => x - y);
  expect(seen).toEqual([[low, 'going', null], [high, 'going', null], [d.id, 'waitlisted', 1], [b.id, 'waitlisted', 2], [a.id, 'interested', null]]);
  const waiting = (await ask(owner, 'GET', `/events/${id}/attendees?status=waitlisted`)).body.data.items;
  expect(waiting.map(({ userId }: Attendee) => userId)).toEqual([d.id, b.id]);
  expect((await ask(owner, 'GET', `/events/${id}/attendees?cursor=declined.1`)).body.code).toBe('events.cursor_invalid');
  expect((await ask(owner, 'GET', `/events/${id}/attendees?cursor=interested.${'9'.repeat(15)}`)).body.data.items).toEqual([]);
});

test('[EP2] Before an account goes its seat is given on', async () => {
  const { id } = await create({ capacity: 1 });
  const [leaving, waiting] = [await make.user(), people[0]!];
  const own = (await ask(leaving, 'POST', '/events', { title: 'Gone', startsAt: new Date(Date.now() + 3_600_000).toISOString() })).body.data;
  await rsvp(leaving, id, 'going');
  await rsvp(waiting, id, 'going');
  await server.app.events.getCachedEvent(own.id);
  await server.app.write(async (tx, effects) => {
    await server.app.events.personLeaves(tx, effects, leaving.id);
    await tx.deleteFrom('users').where('id', '=', leaving.id).execute();
  });
  expect(await read(id)).toMatchObject({ goingCount: 1, waitlistedCount: 0 });
  expect(await promotions(waiting, id)).toHaveLength(1);
  expect((await ask(owner, 'GET', `/events/${own.id}`)).body.code).toBe('events.not_found');
});
