import Type from 'typebox';
import { Id, Invitation, InviteBody, InviteLink } from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Rooms } from './rooms.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });

export function invitationRoutes(rooms: Rooms): Route[] {
  const tag = 'Rooms';
  return [
    jsonRoute({
      method: 'POST', path: '/api/rooms/:id/invite-link', id: 'createInviteLink', tag, access: 'user',
      summary: 'A link that lets whoever holds it into the room for a week', params, response: InviteLink, status: 201,
      idempotent: true, errors: ['rooms.not_found', 'rooms.not_host'],
      handle: ({ write, actor, params: { id } }) => rooms.inviteLink(write, actor, id),
    }),
    jsonRoute({
      method: 'POST', path: '/api/rooms/:id/invitations', id: 'inviteToRoom', tag, access: 'user',
      summary: 'Invite somebody by mail, by address or as a user',
      description:
        'The mail holds a link into the room for a week. The same invitation again within an hour sends no second mail.',
      params, body: InviteBody, response: Invitation, status: 201, idempotent: true,
      errors: [
        'rooms.not_found', 'rooms.not_host', 'rooms.invitee_not_found', 'rooms.invitee_is_in', 'rooms.invitee_banned',
        'rooms.invitations_exhausted',
      ],
      handle: ({ write, actor, params: { id }, body }) => rooms.invite(write, actor, id, body),
    }),
  ];
}
