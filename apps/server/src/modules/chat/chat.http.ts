import Type from 'typebox';
import { ChatMessage, CursorPage, EditChatBody, Id, SendChatBody, SeqQuery, Uuid } from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Chat } from './chat.ts';

const params = Type.Object({ roomId: Id }, { additionalProperties: false });
const messageParams = Type.Object({ roomId: Id, id: Uuid }, { additionalProperties: false });

export function chatRoutes(chat: Chat): Route[] {
  const tag = 'Chat';
  return [
    jsonRoute({
      method: 'GET', path: '/api/chat/:roomId/messages', id: 'listChatMessages', tag, access: 'user',
      summary: 'A room’s messages: the newest, or those before or after a seq', params, query: SeqQuery,
      response: CursorPage(ChatMessage), errors: ['rooms.not_found', 'rooms.not_participant', 'chat.query_ambiguous'],
      handle: ({ actor, params: { roomId }, query }) => chat.list(actor, roomId, query),
    }),
    jsonRoute({
      method: 'POST', path: '/api/chat/:roomId/messages', id: 'sendChatMessage', tag, access: 'user',
      summary: 'Say something in a room', params, body: SendChatBody, response: ChatMessage, status: 201, idempotent: true,
      errors: ['rooms.not_found', 'rooms.not_participant', 'chat.client_message_id_reused'],
      handle: ({ write, actor, params: { roomId }, body }) => chat.send(write, actor, roomId, body),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/chat/:roomId/messages/:id', id: 'editChatMessage', tag, access: 'user',
      summary: 'Edit one’s own message', params: messageParams, body: EditChatBody, response: ChatMessage,
      errors: ['rooms.not_found', 'rooms.not_participant', 'chat.message_not_found', 'chat.not_author'],
      handle: ({ write, actor, params: { roomId, id }, body }) => chat.edit(write, actor, roomId, id, body.content),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/chat/:roomId/messages/:id', id: 'deleteChatMessage', tag, access: 'user',
      summary: 'Delete a message; it keeps its place, without its text', params: messageParams, response: ChatMessage,
      errors: ['rooms.not_found', 'rooms.not_participant', 'chat.message_not_found', 'chat.may_not_delete'],
      handle: ({ write, actor, params: { roomId, id } }) => chat.remove(write, actor, roomId, id),
    }),
  ];
}
