import type { Socket } from 'socket.io';

const NOTHING = Object.freeze({});
/** We ask clients for no acknowledgements: one empty map does for all. */
const NO_ACKS = new Map();
/** Nothing is handed on: a client could call its event like one of the emitter's own. */
const HANDED_ON = [(): void => {}];

/** In place of what the handshake held: the request with its headers, and the token. */
const FORGOTTEN: Socket['handshake'] = Object.freeze({
  headers: NOTHING, time: '', address: '', xdomain: false, secure: false, issued: 0, url: '', query: NOTHING, auth: NOTHING,
});

/**
 * Lets go of the request that a connection began with: 7 of the 28 kB that an idle one takes otherwise, and of its token.
 * Socket.IO asks for none of it once the connection stands.
 */
export function forgetHandshake(socket: Socket): void {
  Object.assign(socket, { handshake: FORGOTTEN });
  Object.assign(socket.conn, { request: null });
}

/**
 * Calls `listeners` with every event of the client, `this` being the socket, and hands it on to nobody. What `onAny` and
 * `use` do too, but they make lists for each socket, with room for seventeen.
 */
export function listen(socket: Socket, listeners: readonly ((this: Socket, name: unknown, ...given: unknown[]) => void)[]): void {
  Object.assign(socket, { _anyListeners: listeners, fns: HANDED_ON, acks: NO_ACKS });
}
