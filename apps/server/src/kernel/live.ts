import type { ClientEvent, ErrorCode, ServerEvent } from '@watchparty/protocol';
import type { Static, TSchema } from 'typebox';
import type { Actor } from './actor.ts';
import type { Effect, Write } from './write.ts';

/** All who hear the same, on all nodes: the sockets in a room, or all of one person. */
export type Channel = `room:${number}` | `user:${number}`;

/** One open connection of one session. In its person's `user:` channel from the beginning until it closes. */
export interface LiveSocket {
  readonly id: string;
  /** As their session said when the connection was opened; a socket whose session ends is closed. */
  readonly actor: Actor;
  /** Hears the channel from when this returns. */
  join(channel: Channel): void;
  leave(channel: Channel): void;
  /** Tells this one connection. */
  tell<P extends TSchema>(event: ServerEvent<P>, payload: Static<P>): void;
}

export interface LiveContext<B = unknown> {
  readonly socket: LiveSocket;
  readonly actor: Actor;
  readonly body: B;
  readonly write: Write;
  /** The server's clock when the event arrived, ms since the epoch with fractions. */
  readonly receivedAtMs: number;
}

/** What a module does with one event of its clients. `handle` returns the acknowledgement's data or throws a `Problem`. */
export interface LiveHandler<B extends TSchema = TSchema, R extends TSchema = TSchema> {
  readonly event: ClientEvent<B, R>;
  /** Codes it can answer with, beside those that any event can. */
  readonly errors?: readonly ErrorCode[];
  /** Guests may send it: about their own room, if the body has a `roomId`. */
  readonly guests?: boolean;
  /** `none`: not counted against the person's limit, for what clients send by themselves, such as pings. */
  readonly limit?: 'none';
  handle(context: LiveContext<Static<B>>): Static<R> | Promise<Static<R>>;
}

export const liveHandler = <B extends TSchema, R extends TSchema>(handler: LiveHandler<B, R>): LiveHandler<B, R> => handler;

/** A module's part in live connections, from its `*.live.ts`. */
export interface LiveModule {
  // Handlers are contravariant in their body; the edge gives each exactly what its schema describes.
  // oxlint-disable-next-line no-explicit-any
  readonly handlers: readonly LiveHandler<any, any>[];
  /** A connection has opened, and hears its person's channel. */
  opened?(socket: LiveSocket): void;
  /** The connection has closed, or left or was put out of a channel: nothing is told to it there any more. */
  left?(socket: LiveSocket, channel: Channel): void;
}

/** How modules reach open connections on all nodes. What must not be lost goes through `broadcasted` instead. */
export interface Live {
  /** Tells all in the channel at the end of this turn, and forgets it. What a turn brings of an event that gathers, one upon the other, goes out as one. */
  tell<P extends TSchema>(channel: Channel, event: ServerEvent<P>, payload: Static<P>): void;
  /** The same, but only to this node's connections. */
  tellHere<P extends TSchema>(channel: Channel, event: ServerEvent<P>, payload: Static<P>): void;
  /** This node's connections in the channel. */
  here(channel: Channel): Iterable<LiveSocket>;
}

export const LIVE_BROADCAST = 'live.broadcast';
export const LIVE_EXPELLED = 'live.expelled';

/** The effect of a change: told to all in the channel on all nodes, if and only if the change is committed. At least once. */
export const broadcasted = <P extends TSchema>(channel: Channel, event: ServerEvent<P>, payload: Static<P>): Effect => ({
  kind: LIVE_BROADCAST,
  payload: { channel, event: event.name, payload },
});

/** The effect of a change: these people hear the channel no more, on any node; without `userIds`, nobody does. */
export const expelled = (channel: Channel, userIds?: readonly number[]): Effect => ({
  kind: LIVE_EXPELLED,
  payload: { channel, ...(userIds !== undefined && { userIds }) },
});
