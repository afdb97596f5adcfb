import { CalendarFeed, CalendarFeedState, Id } from '@watchparty/protocol';
import Type from 'typebox';
import { jsonRoute, rawRoute, type RawReply, type Route } from '../../kernel/route.ts';
import type { Events } from './events.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });
const SecretParams = Type.Object(
  { secret: Type.String({ minLength: 43, maxLength: 43, pattern: '^[A-Za-z0-9_-]+$' }) }, { additionalProperties: false },
);
const CONTENT_TYPE = 'text/calendar';
const produces = { 200: { description: 'iCalendar, RFC 5545', contentTypes: [CONTENT_TYPE] } };

const reply = (text: string, filename: string): RawReply => ({
  status: 200,
  headers: {
    'content-type': `${CONTENT_TYPE}; charset=utf-8`, 'content-disposition': `attachment; filename="${filename}"`,
    'cache-control': 'private, no-cache',
  },
  body: text,
});

export function calendarRoutes(events: Pick<Events, 'ics' | 'feed' | 'feedState' | 'issueFeed' | 'revokeFeed'>): Route[] {
  const tag = 'Events';
  return [
    rawRoute({
      method: 'GET', path: '/api/events/:id.ics', id: 'getEventCalendar', tag, access: 'anyone',
      summary: 'One event, for calendar programs', params, produces, errors: ['events.not_found'],
      handle: async ({ actor, params: { id } }) => reply(await events.ics(actor, id), `event-${id}.ics`),
    }),
    rawRoute({
      method: 'GET', path: '/api/calendar/:secret.ics', id: 'getCalendarFeed', tag, access: 'anyone',
      summary: 'All that somebody has to do with, for their calendar program; the secret is the right to read it',
      params: SecretParams, produces, errors: ['events.calendar_not_found'],
      handle: async ({ params: { secret } }) => reply(await events.feed(secret), 'watchparty.ics'),
    }),
    jsonRoute({
      method: 'GET', path: '/api/calendar', id: 'getCalendarFeedState', tag, access: 'user',
      summary: 'Whether one’s calendar has a secret address', response: CalendarFeedState,
      handle: ({ actor }) => events.feedState(actor),
    }),
    jsonRoute({
      method: 'POST', path: '/api/calendar', id: 'createCalendarFeed', tag, access: 'user',
      summary: 'A new secret address of one’s calendar; the one before leads nowhere from now on', response: CalendarFeed,
      status: 201, idempotent: true,
      handle: ({ write, actor }) => events.issueFeed(write, actor),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/calendar', id: 'deleteCalendarFeed', tag, access: 'user',
      summary: 'No address leads to one’s calendar any more', response: Type.Null(),
      handle: ({ write, actor }) => events.revokeFeed(write, actor),
    }),
  ];
}
