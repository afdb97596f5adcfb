export * from './catalogue.ts';
export * from './chat.ts';
export * from './clock.ts';
export * from './event.ts';
export * from './notices.ts';
export * from './playlist.ts';
export * from './rooms.ts';
export * from './session.ts';
