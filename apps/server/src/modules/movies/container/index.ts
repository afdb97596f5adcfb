export { otherContainer, unreadable } from './problems.ts';
export { readVideo, type Video } from './read-video.ts';
export { SNIFF_BYTES, sniffContainer } from './sniff.ts';
