import { ChatMessage, CursorPage } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effect } from '../../kernel/write.ts';
import { USERNAMES_TAG } from '../accounts/index.ts';

export const chatPolicies = {
  messages: declarePolicy<{ roomId: number; cursor: string }>()({
    name: 'chat.messages', key: 'cache:chat:{roomId}:messages:{cursor}', tags: ['chat:{roomId}', USERNAMES_TAG], ttl: 'chat',
    freshness: 'strict', shape: CursorPage(ChatMessage),
  }),
};

export const chatChanged = (roomId: number): Effect => chatsChanged([roomId]);

export const chatsChanged = (roomIds: readonly number[]): Effect => invalidated(...roomIds.map((id) => `chat:${id}`));
