export { countMessagesOfDay } from './chat-days.repo.ts';
export { cleanupOldChatMessages } from './cleanup.jobs.ts';
export { createChatCleanup } from './cleanup.ts';
export { chatPolicies } from './chat.cache.ts';
export { chatLive } from './chat.live.ts';
export { type Chat, createChat } from './chat.ts';
export { chatRoutes } from './chat.http.ts';
