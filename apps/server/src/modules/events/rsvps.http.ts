import { Attendee, AttendeesQuery, CursorPage, Id, Rsvp, RsvpBody } from '@watchparty/protocol';
import Type from 'typebox';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Events } from './events.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });

export function rsvpRoutes(events: Pick<Events, 'rsvp' | 'withdraw' | 'myRsvp' | 'attendees'>): Route[] {
  const tag = 'Events';
  const errors = ['events.not_found', 'events.cancelled', 'events.over'] as const;
  return [
    jsonRoute({
      method: 'POST', path: '/api/events/:id/rsvp', id: 'answerEvent', tag, access: 'user',
      summary: 'Say whether one comes; past the capacity `going` becomes `waitlisted`', params, body: RsvpBody, response: Rsvp, errors,
      handle: ({ actor, params: { id }, body }) => events.rsvp(actor, id, body),
    }),
    jsonRoute({
      method: 'GET', path: '/api/events/:id/rsvp', id: 'getEventAnswer', tag, access: 'user',
      summary: 'What one has answered', params, response: Rsvp, errors: ['events.not_found'],
      handle: ({ actor, params: { id } }) => events.myRsvp(actor, id),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/events/:id/rsvp', id: 'withdrawEventAnswer', tag, access: 'user',
      summary: 'Take one’s answer back, as if there had been none', params, response: Rsvp, errors,
      handle: ({ actor, params: { id } }) => events.withdraw(actor, id),
    }),
    jsonRoute({
      method: 'GET', path: '/api/events/:id/attendees', id: 'listEventAttendees', tag, access: 'user',
      summary: 'Who goes, who waits, who may come', params, query: AttendeesQuery, response: CursorPage(Attendee),
      errors: ['events.not_found', 'events.cursor_invalid'],
      handle: ({ actor, params: { id }, query }) => events.attendees(actor, id, query),
    }),
  ];
}
