export { friendPolicies } from './friends.cache.ts';
export { friendsRoutes } from './friends.http.ts';
export { createFriends, type Friends, type Relation } from './friends.ts';
export { friendsLive } from './friends.live.ts';
export { openPresence, type Presence } from './presence-keeping.ts';
