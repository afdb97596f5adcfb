import Type from 'typebox';
import {
  CreateRoomBody, Id, JoinRoomBody, Nullable, Page, PageQuery, PatchRoomBody, PutRoomBody, Room,
} from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import { invitationRoutes } from './invitations.http.ts';
import { peopleRoutes } from './people.http.ts';
import { playbackRoutes } from './playback.http.ts';
import { roomPolicies } from './rooms.cache.ts';
import type { Rooms } from './rooms.ts';

const params = Type.Object({ id: Id }, { additionalProperties: false });
const ListQuery = Type.Object(
  { ...PageQuery.properties, mine: Type.Optional(Type.Boolean({ description: 'Rooms one owns or takes part in' })) },
  { additionalProperties: false },
);

export function roomsRoutes(rooms: Rooms): Route[] {
  const tag = 'Rooms';
  return [
    jsonRoute({
      method: 'POST', path: '/api/rooms', id: 'createRoom', tag, access: 'user',
      summary: 'Open a room; one is its host and first participant',
      body: CreateRoomBody, response: Room, status: 201, idempotent: true, errors: ['rooms.movie_not_found'],
      handle: ({ write, actor, body }) => rooms.create(write, actor, body),
    }),
    jsonRoute({
      method: 'GET', path: '/api/rooms', id: 'listRooms', tag, access: 'anyone',
      summary: 'Active public rooms, newest first', query: ListQuery, response: Page(Room),
      cached: {
        policy: roomPolicies.list,
        params: ({ query: { page = 1, limit = 10, mine } }) => (mine === true ? undefined : { page, limit }),
      },
      errors: ['page.past_end', 'auth.required'],
      async handle({ actor, query: { page = 1, limit = 10, mine } }) {
        if (mine !== true) return rooms.list({ page, limit });
        if (actor === undefined) throw new Problem('auth.required');
        return rooms.listMine(actor, { page, limit });
      },
    }),
    jsonRoute({
      method: 'GET', path: '/api/rooms/:id', id: 'getRoom', tag, access: 'anyone',
      summary: 'One room', params, response: Room, errors: ['rooms.not_found'],
      cached: {
        policy: roomPolicies.one,
        params: ({ params: { id } }) => ({ id }),
        isOpen: (room) => !(room as Room).isPrivate,
        mayServe: ({ actor }, room) => rooms.mayServe(actor, room as Room),
      },
      handle: ({ params: { id } }) => rooms.view(id),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/rooms/:id', id: 'patchRoom', tag, access: 'user',
      summary: 'Change parts of a room', params, body: PatchRoomBody, response: Room,
      errors: ['rooms.not_found', 'rooms.not_host', 'rooms.movie_not_found', 'rooms.too_few_places'],
      handle: ({ write, actor, params: { id }, body }) => rooms.patch(write, actor, id, body),
    }),
    jsonRoute({
      method: 'PUT', path: '/api/rooms/:id', id: 'putRoom', tag, access: 'user',
      summary: 'Replace a room’s settings', params, body: PutRoomBody, response: Room,
      errors: ['rooms.not_found', 'rooms.not_host', 'rooms.movie_not_found', 'rooms.too_few_places'],
      handle: ({ write, actor, params: { id }, body }) => rooms.put(write, actor, id, body),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/rooms/:id', id: 'deleteRoom', tag, access: 'user',
      summary: 'Remove a room and all that was said in it', params, response: Type.Null(),
      errors: ['rooms.not_found', 'rooms.not_owner'],
      async handle({ write, actor, params: { id } }) {
        await rooms.remove(write, actor, id);
        return null;
      },
    }),
    jsonRoute({
      method: 'POST', path: '/api/rooms/:id/join', id: 'joinRoom', tag, access: 'user', guests: { room: 'id' },
      summary: 'Enter a room', params, body: JoinRoomBody, bodyOptional: true, response: Room,
      errors: [
        'rooms.not_found', 'rooms.full', 'rooms.inactive', 'rooms.banned', 'rooms.password_wrong', 'rooms.invite_invalid',
      ],
      handle: ({ actor, params: { id }, body }) => rooms.join(actor, id, body),
    }),
    jsonRoute({
      method: 'POST', path: '/api/rooms/:id/leave', id: 'leaveRoom', tag, access: 'user', guests: { room: 'id' },
      summary: 'Leave a room; null when it is private and thereby out of sight', params, response: Nullable(Room),
      errors: ['rooms.not_found'],
      handle: ({ write, actor, params: { id } }) => rooms.leave(write, actor, id),
    }),
    ...invitationRoutes(rooms),
    ...peopleRoutes(rooms),
    ...playbackRoutes(rooms),
  ];
}
