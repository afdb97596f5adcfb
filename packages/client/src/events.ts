import type {
  Attendee, AttendeesQuery, CalendarFeed, CalendarFeedState, Event, EventBody, EventGuest, EventInvitations, EventsQuery, PatchEventBody,
  Rsvp, RsvpBody, UserEventsQuery,
} from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import type { CursorPage } from './page.ts';

export function eventCalls({ data, create, send }: Caller) {
  const at = (eventId: number, rest = ''): string => `/api/events/${eventId}${rest}`;
  const text = async (path: string, { signal }: CallOptions): Promise<string> =>
    (await send({ method: 'GET', path, headers: { accept: 'text/calendar' }, signal }, { repeatable: true })).text();

  return {
    /** At a place, online, or in a room. */
    create: (event: EventBody, options?: CreateOptions): Promise<Event> => create('/api/events', event, options),

    /** Public ones that are to come, by default; `scope` for those of friends and one's own. */
    list: (query: EventsQuery = {}, { signal }: CallOptions = {}): Promise<CursorPage<Event>> =>
      data({ method: 'GET', path: '/api/events', query: { ...query }, signal }),

    /** What somebody holds, as far as one may see it, the latest first. */
    listOfUser: (userId: number, query: UserEventsQuery = {}, { signal }: CallOptions = {}): Promise<CursorPage<Event>> =>
      data({ method: 'GET', path: `/api/users/${userId}/events`, query: { ...query }, signal }),

    get: (eventId: number, { signal }: CallOptions = {}): Promise<Event> =>
      data({ method: 'GET', path: at(eventId), signal }),

    patch: (eventId: number, changes: PatchEventBody, { signal }: CallOptions = {}): Promise<Event> =>
      data({ method: 'PATCH', path: at(eventId), body: changes, signal }),

    /** What is left out returns to its default. */
    put: (eventId: number, event: EventBody, { signal }: CallOptions = {}): Promise<Event> =>
      data({ method: 'PUT', path: at(eventId), body: event, signal }),

    /** It stays to be seen, and its people are told. */
    cancel: (eventId: number, { signal }: CallOptions = {}): Promise<Event> =>
      data({ method: 'POST', path: at(eventId, '/cancel'), signal }),

    /** As if it had never been; nobody is told. */
    remove: (eventId: number, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: at(eventId), signal }),

    /** Past the capacity `going` becomes `waitlisted`. */
    answer: (eventId: number, answer: RsvpBody, { signal }: CallOptions = {}): Promise<Rsvp> =>
      data({ method: 'POST', path: at(eventId, '/rsvp'), body: answer, signal }),

    myAnswer: (eventId: number, { signal }: CallOptions = {}): Promise<Rsvp> =>
      data({ method: 'GET', path: at(eventId, '/rsvp'), signal }),

    withdrawAnswer: (eventId: number, { signal }: CallOptions = {}): Promise<Rsvp> =>
      data({ method: 'DELETE', path: at(eventId, '/rsvp'), signal }),

    /** Who goes, then who waits, in the order of the list, then who may come. */
    attendees: (eventId: number, query: AttendeesQuery = {}, { signal }: CallOptions = {}): Promise<CursorPage<Attendee>> =>
      data({ method: 'GET', path: at(eventId, '/attendees'), query: { ...query }, signal }),

    /** Friends, each of whom is told once. Answers who was not invited before. */
    invite: (eventId: number, userIds: readonly number[], options?: CreateOptions): Promise<EventInvitations> =>
      create(at(eventId, '/invitations'), { userIds }, options),

    /** For the event's owner. */
    invitations: (eventId: number, query: UserEventsQuery = {}, { signal }: CallOptions = {}): Promise<CursorPage<EventGuest>> =>
      data({ method: 'GET', path: at(eventId, '/invitations'), query: { ...query }, signal }),

    takeBackInvitation: (eventId: number, userId: number, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'DELETE', path: at(eventId, `/invitations/${userId}`), signal }),

    /** iCalendar of one event. */
    ics: (eventId: number, options: CallOptions = {}): Promise<string> => text(at(eventId, '.ics'), options),

    /** Whether one's calendar has a secret address. */
    calendar: ({ signal }: CallOptions = {}): Promise<CalendarFeedState> => data({ method: 'GET', path: '/api/calendar', signal }),

    /** A new secret address of one's calendar; the one before leads nowhere from now on. */
    createCalendar: (options?: CreateOptions): Promise<CalendarFeed> => create('/api/calendar', undefined, options),

    removeCalendar: ({ signal }: CallOptions = {}): Promise<null> => data({ method: 'DELETE', path: '/api/calendar', signal }),

    /** What calendar programs read: all that one has to do with. `secret`: the last part of the address, without `.ics`. */
    readCalendar: (secret: string, options: CallOptions = {}): Promise<string> =>
      text(`/api/calendar/${encodeURIComponent(secret)}.ics`, options),
  };
}
