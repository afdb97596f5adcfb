export * from './clock.ts';
export * from './event.ts';
