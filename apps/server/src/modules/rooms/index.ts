export { cleanupInactiveParticipants, cleanupInactiveRooms } from './cleanup.jobs.ts';
export { createRoomCleanup } from './cleanup.ts';
export type { Held } from './holding.ts';
export { roomPolicies } from './rooms.cache.ts';
export type { PlayableMovies } from './room-playback.ts';
export { roomInvitationEmail, roomJobs } from './rooms.jobs.ts';
export { roomsRoutes } from './rooms.http.ts';
export { createRooms, type Rooms } from './rooms.ts';
export { rightToRead } from './standing.ts';
