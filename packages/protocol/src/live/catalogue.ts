import * as chat from './chat.ts';
import * as clock from './clock.ts';
import type { ClientEvent, ServerEvent } from './event.ts';
import * as friends from './friends.ts';
import * as messages from './messages.ts';
import * as notices from './notices.ts';
import * as playlist from './playlist.ts';
import * as rooms from './rooms.ts';
import * as session from './session.ts';

/** Every area's file has its place here. */
const declared: readonly unknown[] = [chat, clock, friends, messages, notices, playlist, rooms, session].flatMap((area) => Object.values(area));

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isClientEvent = (value: unknown): value is ClientEvent => isObject(value) && 'name' in value && 'body' in value && 'reply' in value;
const isServerEvent = (value: unknown): value is ServerEvent => isObject(value) && 'name' in value && 'payload' in value;

/** Every event that clients may send. */
export const clientEvents: readonly ClientEvent[] = declared.filter(isClientEvent);

/** Every event that the server may send. */
export const serverEvents: readonly ServerEvent[] = declared.filter(isServerEvent);
