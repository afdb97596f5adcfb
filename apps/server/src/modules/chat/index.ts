export { type Chat, createChat } from './chat.ts';
export { chatRoutes } from './chat.http.ts';
