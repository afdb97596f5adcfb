import fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { calendar, type CalendarEntry } from './icalendar.ts';

const entry = (given: Partial<CalendarEntry> = {}): CalendarEntry => ({
  uid: 'event-1@example.org', sequence: 3, changedAt: new Date('2026-11-01T10:00:00Z'), createdAt: new Date('2026-10-01T10:00:00Z'),
  startsAt: new Date('2026-11-21T18:00:00Z'), endsAt: new Date('2026-11-21T20:30:00Z'), summary: 'Film night', description: '',
  location: '', geo: null, url: 'https://example.org/events/1', status: 'CONFIRMED', isPrivate: false, ...given,
});

/** As a calendar program reads it. */
function read(text: string) {
  const root = new ICAL.Component(ICAL.parse(text) as unknown[]);
  return {
    root,
    events: root.getAllSubcomponents('vevent').map((component) => ({
      component, event: new ICAL.Event(component), of: (name: string): unknown => component.getFirstPropertyValue(name),
    })),
  };
}

test('[EC1] A calendar program reads what was written: times, state, place', () => {
  const text = calendar([entry({ description: 'Bring\npopcorn, please; or chips', location: 'Kino, Berlin', geo: { lat: 52.52, lng: 13.405 }, status: 'CANCELLED' })]);
  const { root, events: [one] } = read(text);
  expect(root.getFirstPropertyValue('version')).toBe('2.0');
  expect(one!.event.uid).toBe('event-1@example.org');
  expect(one!.event.sequence).toBe(3);
  expect(one!.event.startDate.toJSDate()).toEqual(new Date('2026-11-21T18:00:00Z'));
  expect(one!.event.endDate.toJSDate()).toEqual(new Date('2026-11-21T20:30:00Z'));
  expect(one!.event.summary).toBe('Film night');
  expect(one!.event.description).toBe('Bring\npopcorn, please; or chips');
  expect(one!.event.location).toBe('Kino, Berlin');
  expect(one!.of('status')).toBe('CANCELLED');
  expect(one!.of('geo')).toEqual([52.52, 13.405]);
  expect(one!.of('url')).toBe('https://example.org/events/1');
});

const ATTACKS = [
  'x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Mine', 'x\nATTACH:https://evil.example', 'x\rBEGIN:VALARM', 'a\\nb', '\\', 'a;b,c:d"e',
  'x\u2028ORGANIZER:mailto:a@b', 'x\u0085X-A:1', 'null\u0000byte', 'END:VCALENDAR', '\\\r\n;X=1', 'X\r\n folded',
];
test.each(ATTACKS)('[EC2] %j stays text', (attack) => {
  const { events } = read(calendar([entry({ summary: attack, description: attack, location: attack })]));
  expect(events).toHaveLength(1);
  const names = new Set(events[0]!.component.getAllProperties().map(({ name }) => name));
  expect(names).toEqual(new Set([
    'uid', 'dtstamp', 'created', 'last-modified', 'sequence', 'dtstart', 'dtend', 'summary', 'description', 'location', 'url', 'status', 'class',
  ]));
  expect(events[0]!.component.getAllSubcomponents()).toEqual([]);
});

test('[EC2] Whatever text is written is read again, in lines of 75 octets at most', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
  fc.assert(fc.property(text, text, (summary, description) => {
    const written = calendar([entry({ summary, description }), entry({ uid: 'event-2@example.org' })], summary);
    expect(written.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of written.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    const { events } = read(written);
    expect(events).toHaveLength(2);
    const plain = (given: string): string => given.toWellFormed().replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
      .replace(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '');
    expect(events[0]!.event.summary).toBe(plain(summary));
  }));
});
