export { refreshCookies } from './refresh-cookie.ts';
export { createSessions, SESSION_SECONDS, type Sessions } from './sessions.ts';
export { sessionsRoutes } from './sessions.http.ts';
