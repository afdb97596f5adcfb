import type { Rsvp } from '@watchparty/protocol';
import { expect, test } from 'vitest';
import { foreseen } from './foreseen.ts';

const rsvp = (given: Partial<Rsvp> = {}): Rsvp => ({ eventId: 1, status: null, waitlistPosition: null, goingCount: 0, interestedCount: 0, waitlistedCount: 0, ...given });
const event = (capacity: number | null) => ({ id: 1, capacity });

test('who goes takes a seat, and gives up what they had said before', () => {
  expect(foreseen(event(2), rsvp({ status: 'interested', interestedCount: 1, goingCount: 1 }), 'going'))
    .toEqual(rsvp({ status: 'going', goingCount: 2 }));
});
test('who comes when it is full waits at the end of the line', () => {
  expect(foreseen(event(1), rsvp({ goingCount: 1, waitlistedCount: 2 }), 'going'))
    .toEqual(rsvp({ status: 'waitlisted', goingCount: 1, waitlistedCount: 3, waitlistPosition: 3 }));
});
test('nobody passes those who wait', () => {
  expect(foreseen(event(5), rsvp({ goingCount: 1, waitlistedCount: 1 }), 'going').status).toBe('waitlisted');
});
test('who waits and asks again keeps their place', () => {
  const waiting = rsvp({ status: 'waitlisted', waitlistPosition: 1, waitlistedCount: 4, goingCount: 1 });
  expect(foreseen(event(1), waiting, 'going')).toBe(waiting);
});
test('taking it back leaves nothing', () => {
  expect(foreseen(event(null), rsvp({ status: 'going', goingCount: 3 }), undefined)).toEqual(rsvp({ goingCount: 2 }));
  expect(foreseen(event(null), rsvp({ status: 'going', goingCount: 3 }), 'declined')).toEqual(rsvp({ status: 'declined', goingCount: 2 }));
});
