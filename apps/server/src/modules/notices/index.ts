export { noticePolicies } from './notices.cache.ts';
export { noticesRoutes } from './notices.http.ts';
export { createNotices, type NewNotice, type Notices } from './notices.ts';
