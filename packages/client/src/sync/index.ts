export { type Clock, type ClockAnswer, type ClockOptions, type ClockReading, createClock } from './clock.ts';
export { follow, type FollowOptions, type Following } from './follow.ts';
export { type FollowerCounts, type FollowerState, type FollowerStatus } from './status.ts';
export type { BufferedRange, Player } from './player.ts';
export { type FrameWitness, onFrames, type VideoElement, type VideoPlayer, videoPlayer } from './video-player.ts';
