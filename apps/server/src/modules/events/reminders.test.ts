import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '@watchparty/protocol';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { tryJob } from '../../../test/jobs.ts';
import { startTwoNodes, type TwoNodes } from '../../../test/two-nodes.ts';
import type { TestApp } from '../../../test/app.ts';
import { createNotices } from '../notices/index.ts';
import { eventJobs } from './index.ts';

const HOUR_MS = 3_600_000;

let nodes: TwoNodes;
let make: ReturnType<typeof factoriesFor>;
let [owner, ann, bob]: TestUser[] = [];
beforeAll(async () => {
  nodes = await startTwoNodes();
  make = factoriesFor(nodes.a);
  [owner, ann, bob] = [await make.user(), await make.user(), await make.user()];
}, 60_000);
afterAll(() => nodes.close());

const ask = (user: TestUser, method: string, path: string, body?: object) =>
  nodes.a.ask(method, `/api${path}`, { token: user.token, ...(body && { body }) });
/** Far ahead: the nodes' own schedule finds nothing due. */
const start = (): Date => new Date(Date.now() + 100 * 24 * HOUR_MS);
const create = async (given: object = {}): Promise<Event> =>
  (await ask(owner!, 'POST', '/events', { title: 'Soon', startsAt: start().toISOString(), ...given })).body.data;
const going = (user: TestUser, { id }: Event, status = 'going') => ask(user, 'POST', `/events/${id}/rsvp`, { status });

/** What both nodes do at once as if it were then. */
async function remind(nowMs: number, batchSize = 2): Promise<void> {
  const run = async ({ app }: TestApp): Promise<void> => {
    const clock = { now: () => nowMs };
    const queries = nodes.a.db.database.kysely;
    const handlers = eventJobs({
      queries, clock, notices: createNotices({ queries, clock }), rooms: app.rooms, publicUrl: 'http://watchparty.test', batchSize,
      delivery: { send: () => Promise.reject(new Error('No mail')), shown: (address) => address }, log: pino({ level: 'silent' }),
    });
    await tryJob(handlers, 'event-reminders', {}, { write: app.write });
  };
  await Promise.all([run(nodes.a), run(nodes.b), run(nodes.a)]);
}
interface Told { readonly kind: string; readonly eventId: number; readonly before?: string; readonly startsAt: string; readonly url?: string }
const told = async (user: TestUser, { id }: Event): Promise<Told[]> =>
  (await ask(user, 'GET', '/notices')).body.data.items.filter(({ kind, eventId }: Told) =>
    eventId === id && (kind === 'event_reminder' || kind === 'event_started')).toReversed();

test('[ER1] A day and an hour before, each once, whoever goes, may come or owns it, and nobody else', async () => {
  const event = await create();
  const startMs = Date.parse(event.startsAt);
  const crowd: TestUser[] = [ann!];
  while (crowd.length < 5) crowd.push(await make.user());
  for (const user of crowd) await going(user, event, user === crowd[1] ? 'interested' : 'going');
  await going(bob!, event, 'declined');
  await remind(startMs - 24 * HOUR_MS - 1000);
  expect(await told(ann!, event)).toEqual([]);
  await remind(startMs - 24 * HOUR_MS + 1000);
  await remind(startMs - 23 * HOUR_MS);
  for (const user of [...crowd, owner!]) expect(await told(user, event)).toMatchObject([{ kind: 'event_reminder', before: 'day', startsAt: event.startsAt }]);
  await remind(startMs - HOUR_MS + 1000);
  for (const user of [...crowd, owner!]) expect((await told(user, event)).map(({ before }) => before)).toEqual(['day', 'hour']);
  await remind(startMs + HOUR_MS);
  expect((await told(ann!, event))).toHaveLength(2);
  expect(await told(bob!, event)).toEqual([]);
});

test('[ER2] [ER3] A moved event moves its reminders; late and cancelled ones are left out', async () => {
  const event = await create();
  const startMs = Date.parse(event.startsAt);
  await going(ann!, event);
  await remind(startMs - 24 * HOUR_MS + 1000);
  const laterMs = startMs + 48 * HOUR_MS;
  await ask(owner!, 'PATCH', `/events/${event.id}`, { startsAt: new Date(laterMs).toISOString() });
  await remind(startMs - HOUR_MS + 1000);
  expect(await told(ann!, event)).toHaveLength(1);
  // The whole day was slept through: what is due is said, what is past is not.
  await remind(laterMs - HOUR_MS + 1000);
  expect((await told(ann!, event)).map(({ before, startsAt }) => [before, Date.parse(startsAt)])).toEqual([['day', startMs], ['hour', laterMs]]);
  const off = await create();
  await going(ann!, off);
  await ask(owner!, 'POST', `/events/${off.id}/cancel`);
  await remind(Date.parse(off.startsAt) - 2 * HOUR_MS);
  expect(await told(ann!, off)).toEqual([]);
});

test('[ER4] An event opens its room when it starts, and lets those in who go', async () => {
  const room = await make.room(owner!, { isPrivate: true });
  await ask(owner!, 'PATCH', `/rooms/${room.id}`, { isActive: false });
  const event = await create({ roomId: room.id, opensRoom: true });
  const startMs = Date.parse(event.startsAt);
  await going(ann!, event);
  await going(bob!, event, 'interested');
  await remind(startMs - 1000);
  expect((await ask(owner!, 'GET', `/rooms/${room.id}`)).body.data.isActive).toBe(false);
  await remind(startMs + 1000);
  await remind(startMs + 2000);
  expect((await ask(owner!, 'GET', `/rooms/${room.id}`)).body.data.isActive).toBe(true);
  const [, started] = await told(ann!, event);
  expect((await told(ann!, event)).map(({ kind }) => kind)).toEqual(['event_reminder', 'event_started']);
  expect((await told(bob!, event)).map(({ kind }) => kind)).toEqual(['event_reminder']);
  expect((await told(owner!, event)).map(({ kind }) => kind)).toEqual(['event_reminder', 'event_started']);
  const invite = new URL(started!.url!).searchParams.get('invite');
  expect((await ask(ann!, 'POST', `/rooms/${room.id}/join`, { invite })).status).toBe(200);
});

test('[ER4] A room whose host one is no more stays as it is', async () => {
  const room = await make.room(bob!);
  await ask(owner!, 'POST', `/rooms/${room.id}/join`);
  await ask(bob!, 'PATCH', `/rooms/${room.id}/participants/${owner!.id}`, { role: 'host' });
  const event = await create({ roomId: room.id, opensRoom: true });
  await ask(bob!, 'PATCH', `/rooms/${room.id}`, { isActive: false });
  await ask(bob!, 'PATCH', `/rooms/${room.id}/participants/${owner!.id}`, { role: 'viewer' });
  await going(ann!, event);
  await remind(Date.parse(event.startsAt) + 1000);
  expect((await ask(owner!, 'GET', `/rooms/${room.id}`)).body.data.isActive).toBe(false);
  expect((await told(ann!, event)).map(({ kind }) => kind)).toEqual([]);
});
