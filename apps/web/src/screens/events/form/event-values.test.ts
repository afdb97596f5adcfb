import type { Event } from '@watchparty/protocol';
import { describe, expect, test } from 'vitest';
import { bodyOf, changesOf, valuesOf } from './event-values.ts';

/** The second 02:30 of the night in which the clocks of Berlin are put back. */
const NIGHT: Event = {
  id: 1, title: 'Night', description: '', startsAt: '2026-10-25T01:30:00.000Z', endsAt: null, startsAtLocal: '2026-10-25T02:30:00', endsAtLocal: null,
  timeZone: 'Europe/Berlin', location: { lat: 52.5, lng: 13.4, address: 'Here' }, online: true, url: 'https://example.org/', roomId: 7, opensRoom: true,
  capacity: 3, goingCount: 0, interestedCount: 0, waitlistedCount: 0, visibility: 'friends', ownerId: 1, cancelledAt: null,
  createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z',
};

describe('what is changed of an event', () => {
  const before = valuesOf(NIGHT);

  test('is nothing where nothing was, and nothing is lost on the way', () => {
    expect(changesOf(before, { ...before })).toEqual({});
    expect(bodyOf(before)).toEqual({
      title: 'Night', description: '', startsAt: NIGHT.startsAt, endsAt: null, timeZone: 'Europe/Berlin', location: NIGHT.location, online: true,
      url: 'https://example.org/', roomId: 7, opensRoom: true, capacity: 3, visibility: 'friends',
    });
  });

  test('is a field that was, alone', () => {
    expect(changesOf(before, { ...before, title: ' Day ', capacity: '' })).toEqual({ title: 'Day', capacity: null });
    expect(changesOf(before, { ...before, atPlace: false })).toEqual({ location: null });
  });

  test('is all of the times when one of them is: the hour stays what the clocks show, in another zone too', () => {
    expect(changesOf({ ...before, again: false }, { ...before, again: false, timeZone: 'Asia/Tbilisi' }))
      .toEqual({ startsAtLocal: '2026-10-25T02:30', endsAt: null, timeZone: 'Asia/Tbilisi' });
  });

  test('a second time of two that is none any more is forgotten', () => {
    expect(bodyOf({ ...before, startsAtLocal: '2026-10-26T02:30' })).toMatchObject({ startsAtLocal: '2026-10-26T02:30' });
  });
});
