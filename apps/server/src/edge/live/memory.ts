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

/** Where an emitter keeps its listeners. Node's own object for it is one that V8 keeps as a table, four times as large. */
class Listeners {
  [name: string | symbol]: unknown;
}
// A client could name its event like something that all objects inherit.
Object.setPrototypeOf(Listeners.prototype, null);
Reflect.deleteProperty(Listeners.prototype, 'constructor');

/** Emitted once at most: whoever asked to hear it once needs no help with that. */
const ENDS = new Set(['close', 'error', 'end', 'finish']);

type Emitter = Record<string, unknown>;
const LISTENERS = '_events';

/**
 * Makes what listens to a connection's parts smaller: 2 of the 12 kB that remain of an idle one. Parts that a future
 * version of the libraries names otherwise stay as they are.
 */
export function makeLean(socket: Socket): void {
  const { conn, client } = socket;
  const { socket: webSocket } = conn.transport as unknown as { readonly socket?: Emitter };
  // It waits for an error of a handshake that is over.
  if (webSocket !== undefined) forget(webSocket, 'error', 'onUpgradeError');
  for (const part of [socket, conn, conn.transport, webSocket, webSocket?.['_socket'], webSocket?.['_receiver']]) {
    const emitter = part as Emitter | undefined;
    const listeners = emitter?.[LISTENERS];
    if (emitter !== undefined && listeners !== undefined) emitter[LISTENERS] = leanListeners(listeners as object);
  }
  const { _callbacks: callbacks } = (client as unknown as { readonly decoder?: { readonly _callbacks?: Record<string, unknown[]> } }).decoder ?? {};
  for (const [name, listeners] of Object.entries(callbacks ?? {})) callbacks![name] = listeners.slice();
}

function forget(emitter: Emitter, event: string, name: string): void {
  const events = emitter[LISTENERS] as Record<string, unknown>;
  const { [event]: listeners } = events;
  if (!Array.isArray(listeners)) return;
  const rest = listeners.filter((listener: { readonly name?: string }) => listener.name !== name);
  events[event] = rest.length === 1 ? rest[0] : rest;
}

function leanListeners(events: object): Listeners {
  const lean = new Listeners();
  for (const name of Reflect.ownKeys(events)) {
    const listeners: unknown = Reflect.get(events, name);
    if (listeners === undefined) continue;
    const bare = (listener: unknown): unknown => (ENDS.has(String(name)) ? ((listener as { listener?: unknown }).listener ?? listener) : listener);
    // A list that was pushed to has room for seventeen.
    lean[name] = Array.isArray(listeners) ? listeners.map(bare) : bare(listeners);
  }
  return lean;
}
