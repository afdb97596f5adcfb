import Type from 'typebox';
import {
  ChangesQuery, ChatChanges, ChatMessage, CursorPage, EditChatBody, Emoji, Id, SendChatBody, SeqQuery, Uuid,
} from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import { rightToRead } from '../rooms/index.ts';
import { chatPolicies } from './chat.cache.ts';
import { mayRead } from './chat.policy.ts';
import type { Chat } from './chat.ts';

const params = Type.Object({ roomId: Id }, { additionalProperties: false });
const messageParams = Type.Object({ roomId: Id, id: Uuid }, { additionalProperties: false });

/** What part of a chat was asked for, as its cache key says it: `latest:50`, `before:120:50`, `after:7:10`. */
function cursorOf({ before, after, limit = 50 }: SeqQuery): string {
  if (before !== undefined) return `before:${before}:${limit}`;
  return after === undefined ? `latest:${limit}` : `after:${after}:${limit}`;
}

const reactionParams = Type.Object({ roomId: Id, id: Uuid, emoji: Emoji }, { additionalProperties: false });

export function chatRoutes(chat: Chat): Route[] {
  const tag = 'Chat';
  return [
    jsonRoute({
      method: 'GET', path: '/api/chat/:roomId/messages', id: 'listChatMessages', tag, access: 'user', guests: { room: 'roomId' },
      summary: 'A room’s messages: the newest, or those before or after a seq', params, query: SeqQuery,
      response: CursorPage(ChatMessage), errors: ['rooms.not_found', 'rooms.not_participant', 'chat.query_ambiguous'],
      cached: {
        policy: chatPolicies.messages,
        params: ({ params: { roomId }, query }) => ({ roomId, cursor: cursorOf(query) }),
        async authorize({ actor, params: { roomId }, query }) {
          await chat.requireReader(actor, roomId);
          if (query.before !== undefined && query.after !== undefined) throw new Problem('chat.query_ambiguous');
        },
        right: rightToRead(({ roomId }: { roomId: number }) => roomId, mayRead),
      },
      handle: ({ params: { roomId }, query }) => chat.list(roomId, query),
    }),
    jsonRoute({
      method: 'POST', path: '/api/chat/:roomId/messages', id: 'sendChatMessage', tag, access: 'user', guests: { room: 'roomId' },
      summary: 'Say something in a room', params, body: SendChatBody, response: ChatMessage, status: 201, idempotent: true,
      errors: ['rooms.not_found', 'rooms.not_participant', 'chat.client_message_id_reused', 'chat.reply_not_found', 'request.conflict'],
      handle: ({ write, actor, params: { roomId }, body }) => chat.send(write, actor, roomId, body),
    }),
    jsonRoute({
      method: 'GET', path: '/api/chat/:roomId/messages/changes', id: 'listChatChanges', tag, access: 'user', guests: { room: 'roomId' },
      summary: 'Messages edited, deleted or reacted to after a change, each as it is now',
      description:
        'For whoever was away: go on from the `changeCursor` that was given last, by this route or on entering the room.',
      params, query: ChangesQuery, response: ChatChanges, errors: ['rooms.not_found', 'rooms.not_participant'],
      handle: ({ actor, params: { roomId }, query }) => chat.changes(actor, roomId, query),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/chat/:roomId/messages/:id', id: 'editChatMessage', tag, access: 'user', guests: { room: 'roomId' },
      summary: 'Edit one’s own message', params: messageParams, body: EditChatBody, response: ChatMessage,
      errors: ['rooms.not_found', 'rooms.not_participant', 'chat.message_not_found', 'chat.not_author'],
      handle: ({ write, actor, params: { roomId, id }, body }) => chat.edit(write, actor, roomId, id, body.content),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/chat/:roomId/messages/:id', id: 'deleteChatMessage', tag, access: 'user', guests: { room: 'roomId' },
      summary: 'Delete a message; it keeps its place, without its text', params: messageParams, response: ChatMessage,
      errors: ['rooms.not_found', 'rooms.not_participant', 'chat.message_not_found', 'chat.may_not_delete'],
      handle: ({ write, actor, params: { roomId, id } }) => chat.remove(write, actor, roomId, id),
    }),
    jsonRoute({
      method: 'PUT', path: '/api/chat/:roomId/messages/:id/reactions/:emoji', id: 'addChatReaction', tag, access: 'user',
      guests: { room: 'roomId' }, summary: 'Give a message an emoji', params: reactionParams, response: ChatMessage,
      errors: ['rooms.not_found', 'rooms.not_participant', 'chat.message_not_found', 'chat.emoji_invalid', 'chat.reactions_exhausted'],
      handle: ({ write, actor, params: { roomId, id, emoji } }) => chat.react(write, actor, roomId, id, { emoji, on: true }),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/chat/:roomId/messages/:id/reactions/:emoji', id: 'removeChatReaction', tag, access: 'user',
      guests: { room: 'roomId' }, summary: 'Take an emoji back', params: reactionParams, response: ChatMessage,
      errors: ['rooms.not_found', 'rooms.not_participant', 'chat.message_not_found', 'chat.emoji_invalid'],
      handle: ({ write, actor, params: { roomId, id, emoji } }) => chat.react(write, actor, roomId, id, { emoji, on: false }),
    }),
  ];
}
