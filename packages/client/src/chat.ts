import type { ChangesQuery, ChatChanges, ChatMessage, SendChatBody, SeqQuery } from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import type { CursorPage } from './page.ts';

export function chatCalls({ data, create }: Caller) {
  const at = (roomId: number, rest = ''): string => `/api/chat/${roomId}/messages${rest}`;
  const reactionAt = (roomId: number, messageId: string, emoji: string): string =>
    at(roomId, `/${encodeURIComponent(messageId)}/reactions/${encodeURIComponent(emoji)}`);

  return {
    /** The newest messages, or those before or after a seq (exclusive); always in ascending seq. */
    list: (
      roomId: number,
      { before, after, limit }: SeqQuery = {},
      { signal }: CallOptions = {},
    ): Promise<CursorPage<ChatMessage>> =>
      data({ method: 'GET', path: at(roomId), query: { before, after, limit }, signal }),

    /** Messages that changed after the change `after`; go on from `changeCursor` while there are more. */
    changes: (roomId: number, { after, limit }: ChangesQuery, { signal }: CallOptions = {}): Promise<ChatChanges> =>
      data({ method: 'GET', path: at(roomId, '/changes'), query: { after, limit }, signal }),

    send: (roomId: number, message: SendChatBody, options?: CreateOptions): Promise<ChatMessage> =>
      create(at(roomId), message, options),

    edit: (roomId: number, messageId: string, content: string, { signal }: CallOptions = {}): Promise<ChatMessage> =>
      data({ method: 'PATCH', path: at(roomId, `/${encodeURIComponent(messageId)}`), body: { content }, signal }),

    /** The message keeps its place and loses its text. */
    remove: (roomId: number, messageId: string, { signal }: CallOptions = {}): Promise<ChatMessage> =>
      data({ method: 'DELETE', path: at(roomId, `/${encodeURIComponent(messageId)}`), signal }),
    /** Gives a message an emoji. */
    addReaction: (roomId: number, messageId: string, emoji: string, { signal }: CallOptions = {}): Promise<ChatMessage> =>
      data({ method: 'PUT', path: reactionAt(roomId, messageId, emoji), signal }),

    removeReaction: (roomId: number, messageId: string, emoji: string, { signal }: CallOptions = {}): Promise<ChatMessage> =>
      data({ method: 'DELETE', path: reactionAt(roomId, messageId, emoji), signal }),
  };
}
