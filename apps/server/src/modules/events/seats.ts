import type { Tx } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { enqueued } from '../../kernel/job.ts';
import type { Effects } from '../../kernel/write.ts';
import type { Notices } from '../notices/index.ts';
import { addChanged } from './events.cache.ts';
import { eventPromotedEmail } from './events.jobs.ts';
import type { EventRow } from './events.repo.ts';
import * as rsvps from './rsvps.repo.ts';
import type { Tally } from './tally.ts';
import { trendMoved } from './trending.ts';

export interface SeatsDeps {
  readonly notices: Pick<Notices, 'notify'>;
  readonly clock: Clock;
}

export interface Settling {
  readonly row: EventRow;
  readonly tally: Tally;
}

export const isOpenFor = (row: Pick<EventRow, 'cancelled_at' | 'over_at'>, nowMs: number): boolean =>
  row.cancelled_at === null && row.over_at.getTime() > nowMs;

/**
 * Writes down what has become of answers, and gives free seats to those who wait longest, in the same transaction and
 * under the events' locks. `asked`: learn of their seat by their answer, and are not told of it besides. RV4, RV5
 */
export function createSeats({ notices, clock }: SeatsDeps) {
  return async function settle(
    tx: Tx, effects: Effects, settlings: readonly Settling[], asked: (eventId: number, userId: number) => boolean = () => false,
  ): Promise<void> {
    const now = new Date(clock.now());
    const rows = new Map(settlings.map(({ row }) => [row.id, row]));
    const tallies = new Map(settlings.map(({ row, tally }) => [row.id, tally]));
    const changes = settlings.flatMap(({ tally }) => tally.changed());
    await trendMoved(tx, changes.map(({ eventId, userId, before, now: after }) =>
      ({ eventId, userId, before: before.status, after: after.status })), now);
    await rsvps.remove(tx, changes.filter(({ now: { status } }) => status === null));
    await rsvps.upsert(tx, changes.flatMap(({ eventId, userId, now: { status, position, wantsMail } }) =>
      (status === null ? [] : [{ eventId, userId, status, position, wantsMail }])), now);

    const seats = settlings.filter(({ row, tally }) => tally.free > 0 && isOpenFor(row, now.getTime()))
      .map(({ tally }) => ({ eventId: tally.eventId, free: tally.free }));
    const promoted = seats.length === 0 ? [] : await rsvps.promote(tx, seats, now);
    for (const { event_id, user_id, position } of promoted) tallies.get(event_id)!.promoted(user_id, position);

    const touched = settlings.filter(({ tally }) => tally.changed().length > 0);
    await rsvps.setCounts(tx, touched.map(({ tally }) => tally.counts()));
    addChanged(effects, ...touched.map(({ row }) => row));

    const told = promoted.filter(({ event_id, user_id }) => !asked(event_id, user_id));
    await notices.notify(tx, effects, told.map(({ event_id: eventId, user_id: userId, position }) => {
      const { title, starts_at } = rows.get(eventId)!;
      return { userId, kind: 'event_promoted', subject: `${eventId}:${position}`, eventId, title, startsAt: starts_at.toISOString() };
    }));
    for (const { event_id: eventId, user_id: userId, wants_mail } of told) {
      if (wants_mail) effects.add(enqueued(eventPromotedEmail, { eventId, userId }));
    }
  };
}
export type Settle = ReturnType<typeof createSeats>;
