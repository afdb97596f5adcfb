import Type from 'typebox';
import {
  ChangesQuery, Conversation, Conversations, ConversationsQuery, CursorPage, DirectMessage, EditMessageBody, Emoji, Id,
  MessageChanges, MessagePointers, MessagesQuery, ReadMessagesBody, SearchMessagesQuery, SendMessageBody, Uuid,
} from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import { messagePolicies, PAGE_LIMIT } from './messages.cache.ts';
import type { Messages } from './messages.ts';
import { pairOf } from './pair.ts';

const closed = { additionalProperties: false } as const;
const params = Type.Object({ receiverId: Id }, closed);
const messageParams = Type.Object({ receiverId: Id, messageId: Uuid }, closed);
const reactionParams = Type.Object({ receiverId: Id, messageId: Uuid, emoji: Emoji }, closed);

const mayNotWrite = ['accounts.not_found', 'friends.blocking', 'messages.friends_only'] as const;

export function messagesRoutes(messages: Messages): Route[] {
  const tag = 'Messages';
  return [
    jsonRoute({
      method: 'GET', path: '/api/messages', id: 'listConversations', tag, access: 'user',
      summary: 'One’s conversations, the one with the latest message first', query: ConversationsQuery, response: Conversations,
      handle: ({ actor, query }) => messages.conversations(actor, query),
    }),
    jsonRoute({
      method: 'POST', path: '/api/messages/send', id: 'sendMessage', tag, access: 'user', idempotent: true, status: 201,
      summary: 'Write to somebody',
      description:
        'Sent again with the same `clientMessageId`, at any time, it is the same message. A picture is one’s own upload ' +
        '(`publicId`) or lies elsewhere (`imageUrl` by https, and its `publicId` there).',
      body: SendMessageBody, response: DirectMessage,
      errors: [
        ...mayNotWrite, 'messages.self', 'messages.empty', 'messages.image_invalid', 'messages.reply_not_found',
        'messages.client_message_id_reused', 'images.not_found',
      ],
      handle: ({ write, actor, body }) => messages.send(write, actor, body),
    }),
    jsonRoute({
      method: 'GET', path: '/api/messages/search', id: 'searchMessages', tag, access: 'user',
      summary: 'Look through one’s own conversations; the latest first', query: SearchMessagesQuery, response: CursorPage(DirectMessage),
      handle: ({ actor, query }) => messages.search(actor, query),
    }),
    jsonRoute({
      method: 'GET', path: '/api/messages/:receiverId', id: 'listMessages', tag, access: 'user',
      summary: 'One’s conversation with somebody: the newest messages, or those before or after a seq', params, query: MessagesQuery,
      response: CursorPage(DirectMessage), errors: ['messages.self', 'messages.query_ambiguous'],
      cached: {
        policy: messagePolicies.conversation,
        params: ({ actor, params: { receiverId }, query: { before, after, limit = PAGE_LIMIT } }) =>
          before === undefined && after === undefined && limit === PAGE_LIMIT ? { ...pairOf(actor.userId, receiverId) } : undefined,
        async authorize({ actor, params: { receiverId } }) {
          if (receiverId === actor.userId) throw new Problem('messages.self');
        },
      },
      handle: ({ actor, params: { receiverId }, query }) => messages.list(actor, receiverId, query),
    }),
    jsonRoute({
      method: 'GET', path: '/api/messages/:receiverId/conversation', id: 'getConversation', tag, access: 'user',
      summary: 'One’s conversation with somebody: the last message, and how far both have read', params, response: Conversation,
      errors: ['messages.self', 'accounts.not_found'],
      handle: ({ actor, params: { receiverId } }) => messages.conversation(actor, receiverId),
    }),
    jsonRoute({
      method: 'GET', path: '/api/messages/:receiverId/changes', id: 'listMessageChanges', tag, access: 'user',
      summary: 'Messages edited, deleted or reacted to after a change, each as it is now',
      description: 'For whoever was away: go on from the `changeCursor` that was given last, by this route or with the conversation.',
      params, query: ChangesQuery, response: MessageChanges, errors: ['messages.self'],
      handle: ({ actor, params: { receiverId }, query }) => messages.changes(actor, receiverId, query),
    }),
    jsonRoute({
      method: 'POST', path: '/api/messages/:receiverId/read', id: 'readMessages', tag, access: 'user',
      summary: 'Say that one has read what there is up to a seq; again, or of less, it changes nothing', params, body: ReadMessagesBody,
      response: MessagePointers, errors: ['messages.self'],
      handle: ({ actor, params: { receiverId }, body }) => messages.read(actor.userId, receiverId, body.seq),
    }),
    jsonRoute({
      method: 'PATCH', path: '/api/messages/:receiverId/:messageId', id: 'editMessage', tag, access: 'user',
      summary: 'Edit one’s own message', params: messageParams, body: EditMessageBody, response: DirectMessage,
      errors: [...mayNotWrite, 'messages.self', 'messages.not_found', 'messages.not_sender', 'messages.empty'],
      handle: ({ write, actor, params: { receiverId, messageId }, body }) => messages.edit(write, actor, receiverId, messageId, body.content),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/messages/:receiverId/:messageId', id: 'deleteMessage', tag, access: 'user',
      summary: 'Delete one’s own message; it keeps its place, without what it said', params: messageParams, response: DirectMessage,
      errors: ['messages.self', 'messages.not_found', 'messages.not_sender'],
      handle: ({ write, actor, params: { receiverId, messageId } }) => messages.remove(write, actor, receiverId, messageId),
    }),
    jsonRoute({
      method: 'PUT', path: '/api/messages/:receiverId/:messageId/reactions/:emoji', id: 'addMessageReaction', tag, access: 'user',
      summary: 'Give a message an emoji', params: reactionParams, response: DirectMessage,
      errors: [...mayNotWrite, 'messages.self', 'messages.not_found', 'messages.emoji_invalid', 'messages.reactions_exhausted'],
      handle: ({ write, actor, params: { receiverId, messageId, emoji } }) =>
        messages.react(write, actor, receiverId, messageId, { emoji, on: true }),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/messages/:receiverId/:messageId/reactions/:emoji', id: 'removeMessageReaction', tag, access: 'user',
      summary: 'Take an emoji back', params: reactionParams, response: DirectMessage,
      errors: ['messages.self', 'messages.not_found', 'messages.emoji_invalid'],
      handle: ({ write, actor, params: { receiverId, messageId, emoji } }) =>
        messages.react(write, actor, receiverId, messageId, { emoji, on: false }),
    }),
  ];
}
