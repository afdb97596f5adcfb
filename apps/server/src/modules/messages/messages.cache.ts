import { CursorPage, DirectMessage, MESSAGES_PAGE } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';
import type { Pair } from './pair.ts';

/** Of the page that is kept hot, and where nothing else is asked for. */
export const PAGE_LIMIT = MESSAGES_PAGE;

export const messagePolicies = {
  message: declarePolicy<{ id: string }>()({
    name: 'messages.message', key: 'message:{id}', tags: ['message:{id}'], ttl: 'messages', freshness: 'strict', shape: DirectMessage,
  }),
  /** The newest page; the same for both. */
  conversation: declarePolicy<{ lowerId: number; higherId: number }>()({
    name: 'messages.conversation', key: 'messages:{lowerId}:{higherId}', tags: ['conversation:{lowerId}:{higherId}'], ttl: 'messages',
    freshness: 'strict', shape: CursorPage(DirectMessage),
  }),
};

/** Something was written between these. */
export const conversationsChanged = (pairs: readonly Pair[]): Effect =>
  invalidated(...pairs.map(({ lowerId, higherId }) => `conversation:${lowerId}:${higherId}`));

export const messageChanged = ({ lowerId, higherId }: Pair, id: string): Effect =>
  invalidated(`conversation:${lowerId}:${higherId}`, `message:${id}`);
