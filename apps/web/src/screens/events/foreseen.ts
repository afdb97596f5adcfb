import type { Event, Rsvp, RsvpAnswer, RsvpStatus } from '@watchparty/protocol';

const COUNTS = { going: 'goingCount', interested: 'interestedCount', waitlisted: 'waitlistedCount' } as const;

/** What most likely becomes of an answer, before the server says so. RV1: who comes when it is full, or somebody waits, waits. */
export function foreseen({ id, capacity }: Pick<Event, 'id' | 'capacity'>, before: Rsvp, answer: RsvpAnswer | undefined): Rsvp {
  const stays = answer === 'going' && (before.status === 'going' || before.status === 'waitlisted');
  if (stays) return before;
  const isFull = capacity !== null && (before.goingCount >= capacity || before.waitlistedCount > 0);
  const status: RsvpStatus | null = answer === 'going' && isFull ? 'waitlisted' : (answer ?? null);
  const counts = { goingCount: before.goingCount, interestedCount: before.interestedCount, waitlistedCount: before.waitlistedCount };
  const add = (of: RsvpStatus | null, change: number): void => {
    if (of !== null && of !== 'declined') counts[COUNTS[of]] += change;
  };
  add(before.status, -1);
  add(status, 1);
  return { ...before, eventId: id, status, ...counts, waitlistPosition: status === 'waitlisted' ? counts.waitlistedCount : null };
}
