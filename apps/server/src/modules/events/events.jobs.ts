import { Id } from '@watchparty/protocol';
import Type from 'typebox';
import { declareJob } from '../../kernel/job.ts';

/** To whom a seat has come that they had waited for. */
export const eventPromotedEmail = declareJob({
  name: 'event-promoted-email', queue: 'email', attempts: 3, backoffMs: 1000, timeoutMs: 60_000,
  payload: Type.Object({ eventId: Id, userId: Id }, { additionalProperties: false }),
});

/** Tells the people of an event what has become of it; `sequence` tells one change from another. */
export const eventNews = declareJob({
  name: 'event-news', queue: 'events', attempts: 5, backoffMs: 1000, timeoutMs: 10 * 60_000,
  payload: Type.Object(
    {
      eventId: Id, sequence: Type.Integer(), news: Type.Enum(['changed', 'cancelled']),
      changes: Type.Array(Type.Enum(['time', 'place'])),
    },
    { additionalProperties: false },
  ),
});

/** Reminds the people of the events that are near, and begins those that open a room. `reminder-watch.ts` enqueues it. */
export const eventReminders = declareJob({
  name: 'event-reminders', queue: 'events', attempts: 5, backoffMs: 1000, timeoutMs: 10 * 60_000,
  payload: Type.Object({}, { additionalProperties: false }),
});
