import { CursorPage, EventGuest, EventInvitations, EventInvitationsBody, Id, UserEventsQuery } from '@watchparty/protocol';
import Type from 'typebox';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Events } from './events.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });

export function guestRoutes(events: Pick<Events, 'invite' | 'uninvite' | 'guests'>): Route[] {
  const tag = 'Events';
  return [
    jsonRoute({
      method: 'POST', path: '/api/events/:id/invitations', id: 'inviteToEvent', tag, access: 'user',
      summary: 'Invite friends', params, body: EventInvitationsBody, response: EventInvitations, status: 201, idempotent: true,
      errors: [
        'events.not_found', 'events.not_owner', 'events.not_friend', 'events.guests_exhausted', 'events.cancelled', 'events.over',
      ],
      handle: ({ write, actor, params: { id }, body }) => events.invite(write, actor, id, body),
    }),
    jsonRoute({
      method: 'GET', path: '/api/events/:id/invitations', id: 'listEventInvitations', tag, access: 'user',
      summary: 'Who is invited, and what they have answered; for the event’s owner', params, query: UserEventsQuery,
      response: CursorPage(EventGuest), errors: ['events.not_found', 'events.not_owner', 'events.cursor_invalid'],
      handle: ({ actor, params: { id }, query }) => events.guests(actor, id, query),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/events/:id/invitations/:userId', id: 'takeBackEventInvitation', tag, access: 'user',
      summary: 'Take an invitation back, and with it the answer of whoever may see the event by it alone',
      params: Type.Object({ id: Id, userId: Id }, { additionalProperties: false }), response: Type.Null(),
      errors: ['events.not_found', 'events.not_owner'],
      handle: ({ write, actor, params: { id, userId } }) => events.uninvite(write, actor, id, userId),
    }),
  ];
}
