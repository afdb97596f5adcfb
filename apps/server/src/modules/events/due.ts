import type { EventRow } from './events.repo.ts';

const HOUR_MS = 60 * 60 * 1000;
const BEFORE_MS = { day: 24 * HOUR_MS, hour: HOUR_MS, start: 0 } as const;

export type Due = NonNullable<EventRow['due']>;

export interface DueColumns {
  readonly due: Due | null;
  readonly due_at: Date | null;
  readonly due_after_user: number;
}

type Event = Pick<EventRow, 'starts_at' | 'opens_room' | 'cancelled_at'>;

/**
 * What the people of an event are told next, and when: the first that lies ahead, so that an event made or moved when a
 * moment has passed does without it. ER1, ER2
 */
export function nextDue({ starts_at, opens_room, cancelled_at }: Event, nowMs: number): DueColumns {
  const kinds: readonly Due[] = opens_room ? ['day', 'hour', 'start'] : ['day', 'hour'];
  const due = cancelled_at === null ? kinds.find((kind) => starts_at.getTime() - BEFORE_MS[kind] > nowMs) : undefined;
  return {
    due: due ?? null, due_at: due === undefined ? null : new Date(starts_at.getTime() - BEFORE_MS[due]), due_after_user: 0,
  };
}

/** What comes after this one, however late it is done. */
export function dueAfter(due: Due, event: Event): DueColumns {
  return nextDue(event, event.starts_at.getTime() - BEFORE_MS[due]);
}
