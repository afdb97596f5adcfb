import Type from 'typebox';
import { serverEvent } from './event.ts';

const closed = { additionalProperties: false } as const;

export const sessionRevoked = serverEvent({
  name: 'session:revoked',
  summary: 'One’s session has ended; the connection ends with it. Sign in again',
  payload: Type.Object({}, { ...closed, title: 'SessionRevoked' }),
});

export const liveClosing = serverEvent({
  name: 'live:closing',
  summary: 'This server stops and the connection ends; another one, or the same soon, takes it up again',
  payload: Type.Object({}, { ...closed, title: 'LiveClosing' }),
});

export const liveMissed = serverEvent({
  name: 'live:missed',
  summary: 'Something from other nodes may have been lost on its way: look again at what one shows, such as by joining the room again',
  payload: Type.Object({}, { ...closed, title: 'LiveMissed' }),
});
