export { createLoneLine, type Line } from './line.ts';
export { createLive, type LiveEdge } from './live.ts';
export { liveReferenceRoutes } from './reference.ts';
export { createRedisLine } from './redis-line.ts';
