import type { RsvpAnswer, RsvpStatus } from '@watchparty/protocol';
import type { EventRow } from './events.repo.ts';

export interface Held {
  readonly status: RsvpStatus | null;
  /** On the waiting list alone. */
  readonly position: number | null;
  readonly wantsMail: boolean;
}

const NOTHING: Held = { status: null, position: null, wantsMail: false };

interface Touched {
  /** What it was before all of this. */
  readonly before: Held;
  readonly now: Held;
}

/** What somebody's answer was and is. */
export interface Change extends Touched {
  readonly eventId: number;
  readonly userId: number;
}

/** From what to what somebody's answer has come. */
export interface Move {
  readonly eventId: number;
  readonly userId: number;
  readonly before: RsvpStatus | null;
  readonly after: RsvpStatus | null;
}

type Seats = Pick<EventRow, 'id' | 'capacity' | 'going_count' | 'interested_count' | 'waitlisted_count' | 'last_position'>;

/** What becomes of the answers of many to one event, one after the other, as if each had come alone. RV1–RV3 */
export class Tally {
  readonly eventId: number;
  readonly #capacity: number;
  readonly #firstNewPosition: number;
  readonly #touched = new Map<number, Touched>();
  #lastPosition: number;
  #counts: Record<RsvpStatus, number>;

  constructor(event: Seats) {
    this.eventId = event.id;
    this.#capacity = event.capacity ?? Number.POSITIVE_INFINITY;
    this.#lastPosition = event.last_position;
    this.#firstNewPosition = event.last_position + 1;
    this.#counts = { going: event.going_count, waitlisted: event.waitlisted_count, interested: event.interested_count, declined: 0 };
  }

  /** `before`: what the database says, asked of whoever is new here. `wantsMail` undefined: as it was. */
  answer(userId: number, before: Held, wanted: RsvpAnswer | null, wantsMail?: boolean): void {
    const held = this.of(userId, before);
    this.#set(userId, before, this.#next(held, wanted, wantsMail ?? held.wantsMail));
  }

  #next(held: Held, wanted: RsvpAnswer | null, wantsMail: boolean): Held {
    if (wanted !== 'going') return { ...NOTHING, status: wanted };
    if (held.status === 'going') return held;
    if (held.status === 'waitlisted') return { ...held, wantsMail };
    // Behind those who wait already, even if a seat has just become free: that one is theirs.
    if (this.#counts.going < this.#capacity && this.#counts.waitlisted === 0) return { ...NOTHING, status: 'going' };
    this.#lastPosition += 1;
    return { status: 'waitlisted', position: this.#lastPosition, wantsMail };
  }

  #set(userId: number, before: Held, now: Held): void {
    const held = this.of(userId, before);
    if (held.status !== null) this.#counts[held.status] -= 1;
    if (now.status !== null) this.#counts[now.status] += 1;
    this.#touched.set(userId, { before: this.#touched.get(userId)?.before ?? before, now });
  }

  /** How many of those who wait can have a seat. */
  get free(): number {
    return Math.max(0, Math.min(this.#counts.waitlisted, this.#capacity - this.#counts.going));
  }

  promoted(userId: number, position: number): void {
    this.#set(userId, { status: 'waitlisted', position, wantsMail: false }, { ...NOTHING, status: 'going' });
  }

  of(userId: number, before: Held = NOTHING): Held {
    return this.#touched.get(userId)?.now ?? before;
  }

  /** The place on the waiting list of somebody who has come onto it here; undefined: was there before. */
  rankOf(userId: number): number | undefined {
    const { position } = this.of(userId);
    if (position === null || position < this.#firstNewPosition) return undefined;
    // Whoever stands behind has come onto the list here too.
    let behind = 0;
    for (const { now } of this.#touched.values()) if (now.position !== null && now.position > position) behind += 1;
    return this.#counts.waitlisted - behind;
  }

  /** Those whose answer is another than before. */
  changed(): Change[] {
    const isOther = ({ before, now }: Touched): boolean =>
      before.status !== now.status || before.position !== now.position || before.wantsMail !== now.wantsMail;
    return [...this.#touched].filter(([, touched]) => isOther(touched))
      .map(([userId, { before, now }]) => ({ eventId: this.eventId, userId, before, now }));
  }

  counts() {
    const { going, interested, waitlisted } = this.#counts;
    return { id: this.eventId, going, interested, waitlisted, lastPosition: this.#lastPosition };
  }
}
