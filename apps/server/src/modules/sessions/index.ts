export type { Claims } from './access-token.ts';
export { refreshCookies } from './refresh-cookie.ts';
export { type CachedSession, sessionPolicies } from './sessions.cache.ts';
export { actorOf, createSessions, SESSION_SECONDS, sessionParams, type Sessions } from './sessions.ts';
export { sessionsRoutes } from './sessions.http.ts';
