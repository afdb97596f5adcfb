import Type from 'typebox';
import { Id, Page, PageQuery, Participant, PatchParticipantBody } from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Rooms } from './rooms.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });
const personParams = Type.Object({ id: Id, userId: Id }, { additionalProperties: false });
const RemoveQuery = Type.Object(
  { ban: Type.Optional(Type.Boolean({ description: 'Also keep the person out' })) },
  { additionalProperties: false },
);

export function peopleRoutes(rooms: Rooms): Route[] {
  const tag = 'Rooms';
  return [
    jsonRoute({
      method: 'GET', path: '/api/rooms/:id/participants', id: 'listParticipants', tag, access: 'anyone',
      summary: 'Who is in the room, in order of joining', params, query: PageQuery, response: Page(Participant),
      errors: ['rooms.not_found', 'page.past_end'],
      handle: ({ actor, params: { id }, query: { page = 1, limit = 10 } }) => rooms.participants(actor, id, { page, limit }),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/rooms/:id/participants/:userId', id: 'setParticipantRole', tag, access: 'user',
      summary: 'Make somebody host, co-host or viewer', params: personParams, body: PatchParticipantBody, response: Participant,
      errors: [
        'rooms.not_found', 'rooms.not_host', 'rooms.rank_too_low', 'rooms.participant_not_found', 'rooms.owner_stays_host',
      ],
      handle: ({ write, actor, params: { id, userId }, body }) => rooms.setRole(write, actor, id, userId, body.role),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/rooms/:id/participants/:userId', id: 'removeParticipant', tag, access: 'user',
      summary: 'Put somebody out of the room, with `ban` for good', params: personParams, query: RemoveQuery,
      response: Type.Null(), errors: ['rooms.not_found', 'rooms.not_host', 'rooms.rank_too_low', 'rooms.participant_not_found'],
      async handle({ write, actor, params: { id, userId }, query }) {
        await rooms.removePerson(write, actor, id, userId, { ban: query.ban === true });
        return null;
      },
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/rooms/:id/bans/:userId', id: 'liftBan', tag, access: 'user',
      summary: 'Let somebody in again', params: personParams, response: Type.Null(),
      errors: ['rooms.not_found', 'rooms.not_host', 'rooms.participant_not_found'],
      async handle({ write, actor, params: { id, userId } }) {
        await rooms.unban(write, actor, id, userId);
        return null;
      },
    }),
  ];
}
