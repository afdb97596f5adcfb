export { type Clock, type ClockAnswer, type ClockOptions, type ClockReading, createClock } from './clock.ts';
