export { toWebVtt, type WebVtt } from './webvtt.ts';
