import type { RsvpAnswer, RsvpStatus } from '@watchparty/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Held, Tally } from './tally.ts';

const NOTHING: Held = { status: null, position: null, wantsMail: false };

/** Everybody's answer to one event, as a database keeps them; answers come in batches, as they do there. */
class Batched {
  readonly rows = new Map<number, Held>();
  capacity: number | null;
  lastPosition = 0;
  promotions: number[] = [];

  constructor(capacity: number | null) {
    this.capacity = capacity;
  }

  count = (status: RsvpStatus): number => [...this.rows.values()].filter((row) => row.status === status).length;
  waiting = (): number[] => [...this.rows].filter(([, row]) => row.status === 'waitlisted')
    .toSorted(([, a], [, b]) => a.position! - b.position!).map(([id]) => id);

  batch(asks: readonly { readonly user: number; readonly wanted: RsvpAnswer | null }[]): Tally {
    const tally = new Tally({
      id: 1, capacity: this.capacity, going_count: this.count('going'), interested_count: this.count('interested'),
      waitlisted_count: this.count('waitlisted'), last_position: this.lastPosition,
    });
    for (const { user, wanted } of asks) tally.answer(user, this.rows.get(user) ?? NOTHING, wanted);
    for (const { userId, now } of tally.changed()) this.rows.set(userId, now);
    for (const userId of this.waiting().slice(0, tally.free)) {
      tally.promoted(userId, this.rows.get(userId)!.position!);
      this.rows.set(userId, { ...NOTHING, status: 'going' });
      this.promotions.push(userId);
    }
    this.lastPosition = tally.counts().lastPosition;
    return tally;
  }
}

/** The same without batches: whoever leaves makes room for the first at once. */
class OneByOne {
  readonly going = new Set<number>();
  readonly interested = new Set<number>();
  waiting: number[] = [];
  readonly capacity: number;
  constructor(capacity: number | null) {
    this.capacity = capacity ?? Number.POSITIVE_INFINITY;
  }

  answer(user: number, wanted: RsvpAnswer | null): void {
    if (wanted === 'going' && (this.going.has(user) || this.waiting.includes(user))) return;
    this.going.delete(user);
    this.interested.delete(user);
    this.waiting = this.waiting.filter((other) => other !== user);
    if (wanted === 'interested') this.interested.add(user);
    if (wanted === 'going') this.waiting.push(user);
    while (this.waiting.length > 0 && this.going.size < this.capacity) this.going.add(this.waiting.shift()!);
  }
}

const ask = fc.record({ user: fc.integer({ min: 1, max: 12 }), wanted: fc.constantFrom<(RsvpAnswer | null)[]>('going', 'going', 'going', 'interested', 'declined', null) });
const batches = fc.array(fc.array(ask, { minLength: 1, maxLength: 8 }), { maxLength: 8 });
const capacities = fc.option(fc.integer({ min: 1, max: 5 }), { nil: null });

test('[RV1] [RV3] [RV4] However answers are batched, everybody gets what they would have got one by one', () => {
  fc.assert(fc.property(capacities, batches, (capacity, all) => {
    const [ours, oracle] = [new Batched(capacity), new OneByOne(capacity)];
    for (const asks of all) {
      const tally = ours.batch(asks);
      for (const { user, wanted } of asks) oracle.answer(user, wanted);
      const going = [...ours.rows].filter(([, { status }]) => status === 'going').map(([id]) => id);
      expect(new Set(going)).toEqual(oracle.going);
      expect(ours.waiting()).toEqual(oracle.waiting);
      expect(tally.counts()).toMatchObject({ going: oracle.going.size, interested: oracle.interested.size, waitlisted: oracle.waiting.length });
      for (const { user } of asks) {
        const place = oracle.waiting.indexOf(user);
        const rank = tally.rankOf(user);
        if (rank !== undefined) expect(rank).toBe(place + 1);
      }
    }
  }), { numRuns: 500 });
});

test('[RV6] A smaller capacity puts nobody out, a larger one lets the next come in', () => {
  const event = new Batched(3);
  event.batch([1, 2, 3, 4, 5].map((user) => ({ user, wanted: 'going' })));
  event.capacity = 1;
  event.batch([{ user: 1, wanted: 'declined' }]);
  expect([event.count('going'), event.waiting()]).toEqual([2, [4, 5]]);
  event.batch([{ user: 2, wanted: 'declined' }]);
  expect([event.count('going'), event.waiting()]).toEqual([1, [4, 5]]);
  event.capacity = 2;
  event.batch([]);
  expect([event.count('going'), event.waiting(), event.promotions]).toEqual([2, [5], [4]]);
});
