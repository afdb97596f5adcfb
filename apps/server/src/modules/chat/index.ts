export { chatPolicies } from './chat.cache.ts';
export { type Chat, createChat } from './chat.ts';
export { chatRoutes } from './chat.http.ts';
