export { createHot } from './hot.ts';
export { createMessages, type Messages } from './messages.ts';
export { messagePolicies } from './messages.cache.ts';
export { makeThumbnail, messageJobs } from './messages.jobs.ts';
export { messagesLive } from './messages.live.ts';
export { messagesRoutes } from './messages.http.ts';
export { startPersistence } from './persistence.ts';
