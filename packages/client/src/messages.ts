import type {
  ChangesQuery, Conversation, Conversations, ConversationsQuery, DirectMessage, MessageChanges, MessagePointers, MessagesQuery,
  SearchMessagesQuery, SendMessageBody,
} from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import type { CursorPage } from './page.ts';

export function messageCalls({ data, create }: Caller) {
  const at = (peerId: number, rest = ''): string => `/api/messages/${peerId}${rest}`;
  const messageAt = (peerId: number, messageId: string): string => at(peerId, `/${encodeURIComponent(messageId)}`);
  const reactionAt = (peerId: number, messageId: string, emoji: string): string =>
    `${messageAt(peerId, messageId)}/reactions/${encodeURIComponent(emoji)}`;

  return {
    /** One's conversations, the one with the latest message first. */
    conversations: ({ cursor, limit }: ConversationsQuery = {}, { signal }: CallOptions = {}): Promise<Conversations> =>
      data({ method: 'GET', path: '/api/messages', query: { cursor, limit }, signal }),

    /** With somebody to whom nothing was said yet, an empty one. */
    conversation: (peerId: number, { signal }: CallOptions = {}): Promise<Conversation> =>
      data({ method: 'GET', path: at(peerId, '/conversation'), signal }),

    /** The newest messages, or those before or after a seq (exclusive); always in ascending seq. */
    list: (
      peerId: number, { before, after, limit }: MessagesQuery = {}, { signal }: CallOptions = {},
    ): Promise<CursorPage<DirectMessage>> =>
      data({ method: 'GET', path: at(peerId), query: { before, after, limit }, signal }),

    /** Messages that changed after the change `after`; go on from `changeCursor` while there are more. */
    changes: (peerId: number, { after, limit }: ChangesQuery, { signal }: CallOptions = {}): Promise<MessageChanges> =>
      data({ method: 'GET', path: at(peerId, '/changes'), query: { after, limit }, signal }),

    /** Messages with words that begin so; the latest first. */
    search: (
      { q, peerId, cursor, limit }: SearchMessagesQuery, { signal }: CallOptions = {},
    ): Promise<CursorPage<DirectMessage>> =>
      data({ method: 'GET', path: '/api/messages/search', query: { q, peerId, cursor, limit }, signal }),

    send: (message: SendMessageBody, options?: CreateOptions): Promise<DirectMessage> => create('/api/messages/send', message, options),

    /** One has read what there is up to this seq. */
    read: (peerId: number, seq: number, { signal }: CallOptions = {}): Promise<MessagePointers> =>
      data({ method: 'POST', path: at(peerId, '/read'), body: { seq }, signal }),

    edit: (peerId: number, messageId: string, content: string, { signal }: CallOptions = {}): Promise<DirectMessage> =>
      data({ method: 'PATCH', path: messageAt(peerId, messageId), body: { content }, signal }),

    /** The message keeps its place and loses what it said. */
    remove: (peerId: number, messageId: string, { signal }: CallOptions = {}): Promise<DirectMessage> =>
      data({ method: 'DELETE', path: messageAt(peerId, messageId), signal }),

    addReaction: (peerId: number, messageId: string, emoji: string, { signal }: CallOptions = {}): Promise<DirectMessage> =>
      data({ method: 'PUT', path: reactionAt(peerId, messageId, emoji), signal }),

    removeReaction: (peerId: number, messageId: string, emoji: string, { signal }: CallOptions = {}): Promise<DirectMessage> =>
      data({ method: 'DELETE', path: reactionAt(peerId, messageId, emoji), signal }),
  };
}
