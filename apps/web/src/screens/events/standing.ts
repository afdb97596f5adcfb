import type { Event } from '@watchparty/protocol';

const HOUR_MS = 60 * 60 * 1000;
/** How long the server takes an event to be that tells no end. */
const USUAL_MS = 3 * HOUR_MS;

export type Standing = 'cancelled' | 'over' | 'on' | 'upcoming';

export function standingOf({ cancelledAt, startsAt, endsAt }: Pick<Event, 'cancelledAt' | 'startsAt' | 'endsAt'>, nowMs = Date.now()): Standing {
  if (cancelledAt !== null) return 'cancelled';
  if (nowMs >= (endsAt === null ? Date.parse(startsAt) + USUAL_MS : Date.parse(endsAt))) return 'over';
  return nowMs >= Date.parse(startsAt) ? 'on' : 'upcoming';
}

/** Undefined: as many as come. Below 0: more go than there is room for since. */
export const seatsLeft = ({ capacity, goingCount }: Pick<Event, 'capacity' | 'goingCount'>): number | undefined =>
  capacity === null ? undefined : capacity - goingCount;
