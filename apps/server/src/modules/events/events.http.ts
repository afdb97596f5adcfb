import {
  CreateEventBody, CursorPage, Event, EventsQuery, Id, PatchEventBody, PutEventBody, UserEventsQuery,
} from '@watchparty/protocol';
import Type from 'typebox';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import { calendarRoutes } from './calendars.http.ts';
import { eventPolicies } from './events.cache.ts';
import type { Events } from './events.ts';
import { guestRoutes } from './guests.http.ts';
import { rsvpRoutes } from './rsvps.http.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });
const FORM = ['events.times_invalid', 'events.time_zone_unknown', 'events.room_not_found'] as const;
const TIMES = 'Times are instants in UTC (`startsAt`), or what the clocks show in `timeZone` (`startsAtLocal`). Whoever changes only '
  + 'the day sends `startsAtLocal` with the hour as it was: it stays the same hour on the clocks when they are changed in between.';

export function eventsRoutes(events: Events): Route[] {
  const tag = 'Events';
  return [
    jsonRoute({
      method: 'POST', path: '/api/events', id: 'createEvent', tag, access: 'user',
      summary: 'Make an event: at a place, online, or in a room', description: TIMES,
      body: CreateEventBody, response: Event, status: 201, idempotent: true, errors: [...FORM, 'events.too_many'],
      handle: ({ write, actor, body }) => events.create(write, actor, body),
    }),
    jsonRoute({
      method: 'GET', path: '/api/events', id: 'listEvents', tag, access: 'anyone',
      summary: 'Events that are not over, the next first', query: EventsQuery, response: CursorPage(Event),
      errors: ['auth.required', 'events.cursor_invalid'],
      handle: ({ actor, query }) => events.list(actor, query),
    }),
    jsonRoute({
      method: 'GET', path: '/api/events/:id', id: 'getEvent', tag, access: 'anyone',
      summary: 'One event', params, response: Event, errors: ['events.not_found'],
      cached: {
        policy: eventPolicies.one,
        params: ({ params: { id } }) => ({ id }),
        isOpen: (event) => (event as Event).visibility === 'public',
        mayServe: ({ actor }, event) => events.mayServe(actor, event as Event),
      },
      handle: ({ params: { id } }) => events.view(id),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/events/:id', id: 'patchEvent', tag, access: 'user',
      summary: 'Change parts of an event', description: TIMES, params, body: PatchEventBody, response: Event,
      errors: ['events.not_found', 'events.not_owner', 'events.cancelled', ...FORM],
      handle: ({ write, actor, params: { id }, body }) => events.patch(write, actor, id, body),
    }),
    jsonRoute({
      method: 'PUT', path: '/api/events/:id', id: 'putEvent', tag, access: 'user',
      summary: 'Replace an event', description: TIMES, params, body: PutEventBody, response: Event,
      errors: ['events.not_found', 'events.not_owner', 'events.cancelled', ...FORM],
      handle: ({ write, actor, params: { id }, body }) => events.put(write, actor, id, body),
    }),
    jsonRoute({
      method: 'POST', path: '/api/events/:id/cancel', id: 'cancelEvent', tag, access: 'user',
      summary: 'Call an event off: it stays to be seen, and its people are told', params, response: Event,
      errors: ['events.not_found', 'events.not_owner', 'events.over'],
      handle: ({ write, actor, params: { id } }) => events.cancel(write, actor, id),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/events/:id', id: 'deleteEvent', tag, access: 'user',
      summary: 'Remove an event as if it had never been; nobody is told', params, response: Type.Null(),
      errors: ['events.not_found', 'events.not_owner'],
      async handle({ write, actor, params: { id } }) {
        await events.remove(write, actor, id);
        return null;
      },
    }),
    jsonRoute({
      method: 'GET', path: '/api/users/:id/events', id: 'listEventsOfUser', tag, access: 'user',
      summary: 'Events that somebody holds, as far as one may see them, the latest first', params, query: UserEventsQuery,
      response: CursorPage(Event), errors: ['events.cursor_invalid'],
      cached: {
        policy: eventPolicies.ofUser,
        params: ({ params: { id }, query: { cursor = 'first', limit = 20 }, actor: { userId } }) => ({ id, viewer: userId, cursor, limit }),
      },
      handle: ({ actor, params: { id }, query }) => events.listOfUser(actor.userId, id, query),
    }),
    ...rsvpRoutes(events),
    ...guestRoutes(events),
    ...calendarRoutes(events),
  ];
}
