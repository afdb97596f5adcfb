import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantOf, localTime, zoneNamed } from './zones.ts';

const at = (text: string): number => Date.parse(text);

test('[EV4] Time zones have their IANA names; offsets and inventions are none', () => {
  expect(zoneNamed('Europe/Berlin')).toBe('Europe/Berlin');
  expect(zoneNamed('europe/berlin')).toBe('Europe/Berlin');
  expect(zoneNamed('utc')).toBe('UTC');
  expect(zoneNamed('Europe/Kyiv')).toMatch(/^Europe\/Ky?i[ev]v?$/);
  for (const name of ['+02:00', 'Mars/Olympus', '', 'Europe/', '../etc/passwd', 'Europe/Berlin\r\nX']) expect(zoneNamed(name), name).toBeUndefined();
});

test.each([
  // Spring forward at 02:00 (Berlin) and 02:00 (New York): as much later as is skipped.
  ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
  ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00Z'],
  // Back: the first of the two.
  ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
  ['2026-11-01T01:15:00', 'America/New_York', '2026-11-01T05:15:00Z'],
  // Half an hour at Lord Howe, a whole day at Apia, no change at all.
  ['2026-10-04T02:15:00', 'Australia/Lord_Howe', '2026-10-03T15:45:00Z'],
  ['2011-12-30T12:00:00', 'Pacific/Apia', '2011-12-30T22:00:00Z'],
  ['2026-07-01T12:00:00', 'Asia/Kolkata', '2026-07-01T06:30:00Z'],
  ['2026-07-01T12:00:00', 'UTC', '2026-07-01T12:00:00Z'],
])('[EV5] %s in %s is %s', (local, zone, instant) => {
  expect(new Date(instantOf(local, zone)!).toISOString()).toBe(new Date(at(instant)).toISOString());
});

test('[EV5] What no calendar has is no time', () => {
  for (const local of ['2026-02-30T10:00:00', '2026-13-01T10:00:00', '2026-01-01T24:30:00', '2026-01-01T10:61']) {
    expect(instantOf(local, 'Europe/Berlin'), local).toBeUndefined();
  }
});

test('[EV5] From an instant to the clocks and back is the same instant, or the other one at which they show this', () => {
  const zones = fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Santiago', 'UTC');
  const seconds = fc.integer({ min: at('2000-01-01T00:00:00Z') / 1000, max: at('2040-01-01T00:00:00Z') / 1000 });
  fc.assert(fc.property(zones, seconds, (zone, second) => {
    const local = localTime(second * 1000, zone);
    const back = instantOf(local, zone)!;
    expect(localTime(back, zone)).toBe(local);
    expect(back).toBeLessThanOrEqual(second * 1000);
    expect(second * 1000 - back).toBeLessThanOrEqual(60 * 60 * 1000);
  }));
});
