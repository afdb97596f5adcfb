import type { ChatMessage } from '@watchparty/protocol';

/** What the next message is about. */
export type About = { readonly kind: 'reply' | 'edit'; readonly message: ChatMessage } | undefined;
