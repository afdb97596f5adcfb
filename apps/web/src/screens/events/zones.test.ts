import { describe, expect, test } from 'vitest';
import { meaningOf, wallTime } from './zones.ts';

const at = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

describe('what clocks show means', () => {
  test.each([
    ['2026-12-05T20:00', 'Europe/Berlin', 'once', '2026-12-05T19:00:00.000Z'],
    ['2026-03-29T01:59', 'Europe/Berlin', 'once', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T02:30', 'Europe/Berlin', 'skipped', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T02:30', 'Europe/Berlin', 'twice', '2026-10-25T00:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', 'twice', '2026-11-01T05:30:00.000Z'],
    // Half an hour only.
    ['2026-10-04T02:10', 'Australia/Lord_Howe', 'skipped', '2026-10-03T15:40:00.000Z'],
    // A whole day went by.
    ['2011-12-30T12:00', 'Pacific/Apia', 'skipped', '2011-12-30T22:00:00.000Z'],
  ])('%s in %s: %s, %s', (local, zone, kind, instant) => {
    const meaning = meaningOf(local, zone);
    expect([meaning?.kind, at(meaning?.instantMs)]).toEqual([kind, instant]);
  });

  test('the second time of two is told, too', () => {
    expect(at(meaningOf('2026-10-25T02:30', 'Europe/Berlin')?.againMs)).toBe('2026-10-25T01:30:00.000Z');
    expect(meaningOf('2026-10-25T03:30', 'Europe/Berlin')?.againMs).toBeUndefined();
  });

  test.each([['', 'UTC'], ['2026-12-05', 'UTC'], ['2026-13-05T20:00', 'UTC'], ['2026-12-05T20:00', 'Nowhere/Land'], ['x', 'UTC']])(
    '%j in %s is no time', (local, zone) => expect(meaningOf(local, zone)).toBeUndefined(),
  );

  test('is what they show then', () => {
    expect(wallTime(Date.parse('2026-07-01T00:00:00Z'), 'Asia/Kathmandu')).toBe('2026-07-01T05:45');
    expect(wallTime(Date.parse('2026-12-31T23:30:00Z'), 'Asia/Tbilisi')).toBe('2027-01-01T03:30');
  });
});
