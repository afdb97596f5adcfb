export { cleanupExpiredSessions } from './cleanup.jobs.ts';
export { createSessionCleanup } from './cleanup.ts';
export { refreshCookies } from './refresh-cookie.ts';
export { createRevocations, type RevocationListener, type Revocations, type Revoked } from './revocations.ts';
export { sessionPolicies } from './sessions.cache.ts';
export { createSessions, SESSION_SECONDS, type Sessions } from './sessions.ts';
export { sessionsRoutes } from './sessions.http.ts';
export { createSessionStatistics } from './statistics.ts';
