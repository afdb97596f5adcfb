import ICAL from 'ical.js';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { redactLine } from '../../main/redact.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let [owner, guest]: TestUser[] = [];
const lines: string[] = [];
beforeAll(async () => {
  const out = new Writable({
    write(chunk, _encoding, done) {
      lines.push(redactLine(String(chunk)));
      done();
    },
  });
  server = await startTestApp({ RATE_LIMIT_ANONYMOUS_MAX: '40' }, { log: pino({ level: 'trace' }, out) });
  make = factoriesFor(server);
  [owner, guest] = [await make.user(), await make.user()];
});
afterAll(() => server.close());

const ask = (user: TestUser | undefined, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user?.token, ...(body && { body }) });
const create = async (given: object = {}): Promise<Event> =>
  (await ask(owner, 'POST', '/events', { title: 'Film night', startsAt: '2040-06-01T18:00:00Z', ...given })).body.data;
const entries = (text: string) => new ICAL.Component(ICAL.parse(text) as unknown[]).getAllSubcomponents('vevent').map((component) => ({
  uid: component.getFirstPropertyValue('uid'), title: component.getFirstPropertyValue('summary'),
  status: component.getFirstPropertyValue('status'), sequence: component.getFirstPropertyValue('sequence'),
}));

test('[EC1] [EC3] One event, for whoever may see it; its sequence grows when it moves or is cancelled', async () => {
  const event = await create({ description: 'Bring popcorn' });
  const answer = await ask(undefined, 'GET', `/events/${event.id}.ics`);
  expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="event-${event.id}.ics"`);
  const uid = `event-${event.id}@watchparty.test`;
  expect(entries(answer.body)).toEqual([{ uid, title: 'Film night', status: 'CONFIRMED', sequence: 0 }]);
  await ask(owner, 'PATCH', `/events/${event.id}`, { title: 'Films' });
  expect(entries((await ask(undefined, 'GET', `/events/${event.id}.ics`)).body)).toMatchObject([{ title: 'Films', sequence: 0 }]);
  await ask(owner, 'PATCH', `/events/${event.id}`, { startsAt: '2040-06-02T18:00:00Z' });
  await ask(owner, 'POST', `/events/${event.id}/cancel`);
  expect(entries((await ask(undefined, 'GET', `/events/${event.id}.ics`)).body)).toEqual([{ uid, title: 'Films', status: 'CANCELLED', sequence: 2 }]);
  const hidden = await create({ visibility: 'private' });
  expect((await ask(guest, 'GET', `/events/${hidden.id}.ics`)).body.code).toBe('events.not_found');
  expect((await ask(owner, 'GET', `/events/${hidden.id}.ics`)).status).toBe(200);
});

test('[EC1] [EC4] The calendar of one’s own: by a secret that can be renewed and taken away, and that no log shows', async () => {
  expect((await ask(guest, 'GET', '/calendar')).body.data).toEqual({ createdAt: null });
  const { url, createdAt } = (await ask(guest, 'POST', '/calendar')).body.data;
  expect((await ask(guest, 'GET', '/calendar')).body.data).toEqual({ createdAt });
  const pathOf = (address: string): string => address.slice('http://watchparty.test/api'.length);
  const [sure, maybe] = [await create({ title: 'Sure' }), await create({ title: 'Maybe' })];
  await create({ title: 'None of mine' });
  await ask(guest, 'POST', `/events/${sure.id}/rsvp`, { status: 'going' });
  await ask(guest, 'POST', `/events/${maybe.id}/rsvp`, { status: 'interested' });
  const read = (address: string) => ask(undefined, 'GET', pathOf(address));
  expect(entries((await read(url)).body)).toMatchObject([{ title: 'Sure', status: 'CONFIRMED' }, { title: 'Maybe', status: 'TENTATIVE' }]);

  const renewed = (await ask(guest, 'POST', '/calendar')).body.data.url;
  expect(renewed).not.toBe(url);
  expect((await read(url)).body.code).toBe('events.calendar_not_found');
  expect((await read(renewed)).status).toBe(200);
  await server.db.database.kysely.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', guest!.id).execute();
  expect((await read(renewed)).body.code).toBe('events.calendar_not_found');
  await server.db.database.kysely.updateTable('users').set({ disabled_at: null }).where('id', '=', guest!.id).execute();
  expect((await read(renewed)).status).toBe(200);
  await ask(guest, 'DELETE', '/calendar');
  expect((await read(renewed)).body.code).toBe('events.calendar_not_found');

  const secrets = [url, renewed].map((address: string) => address.split('/').at(-1)!.slice(0, -4));
  expect(lines.some((line) => line.includes('/api/calendar/[redacted]'))).toBe(true);
  for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  expect(await server.db.database.kysely.selectFrom('calendar_feeds').selectAll().execute()).toEqual([]);
});

test('[EC4] Guessing secrets is limited', async () => {
  const guess = () => ask(undefined, 'GET', `/calendar/${'A'.repeat(43)}.ics`);
  await expect.poll(async () => (await guess()).status, { interval: 1 }).toBe(429);
});
