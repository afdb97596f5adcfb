import type { ClientEvent } from '@watchparty/protocol';
import { io, type Socket } from 'socket.io-client';
import type { Static, TSchema } from 'typebox';
import { NetworkError } from '../api-error.ts';
import { apiErrorIn, dataOf } from './answer.ts';
import type { Timers } from './timers.ts';

/** One connection, from its handshake until it breaks; it never comes back. */
export interface OpenSocket {
  readonly id: string;
  /** Sends, and answers what the server acknowledged. Rejects with `ApiError`, or `NetworkError` where no answer came. */
  request<B extends TSchema, R extends TSchema>(event: ClientEvent<B, R>, body: Static<B>, timeoutMs: number): Promise<Static<R>>;
  /** Resolves, with why, when it has broken or was closed. */
  readonly closed: Promise<string>;
  close(reason: string): void;
}

export interface SocketOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly timers: Timers;
  readonly onEvent: (name: string, payload: unknown) => void;
}

/** One attempt. Rejects with `ApiError` where the server refuses it, with `NetworkError` where it does not answer. */
export function openSocket({ baseUrl, token, timeoutMs, timers, onEvent }: SocketOptions, signal: AbortSignal): Promise<OpenSocket> {
  const { origin, path } = addressOf(baseUrl);
  const options = {
    path,
    // Nothing but WebSocket: several requests of one connection would need the same node each time.
    transports: ['websocket'],
    // In the payload, never in an address, which lands in logs.
    auth: { token },
    reconnection: false, forceNew: true, autoConnect: false, timeout: timeoutMs,
  };
  const socket = origin === '' ? io(options) : io(origin, options);
  return new Promise((resolve, reject) => {
    const give = (): void => fail(new NetworkError('The connection was given up'));
    const cancel = timers.after(timeoutMs, () => fail(new NetworkError('The server did not answer in time')));
    const settled = (): void => {
      cancel();
      signal.removeEventListener('abort', give);
      socket.off('connect_error', refused);
    };
    const fail = (error: Error): void => {
      settled();
      socket.disconnect();
      reject(error);
    };
    const refused = (error: Error & { readonly data?: unknown }): void =>
      fail(apiErrorIn(error.data) ?? new NetworkError('The server cannot be reached', { cause: error }));
    const opened = live(socket, timers);
    socket.onAny((name: string, payload: unknown) => onEvent(name, payload));
    socket.once('connect', () => {
      settled();
      resolve(opened(socket.id ?? ''));
    });
    socket.once('connect_error', refused);
    signal.addEventListener('abort', give);
    if (signal.aborted) give();
    else socket.connect();
  });
}

function live(socket: Socket, timers: Timers): (id: string) => OpenSocket {
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  const unanswered = new Set<(error: Error) => void>();
  let heardAtMs = timers.nowMs();
  const heard = (): void => {
    heardAtMs = timers.nowMs();
  };
  const close = (reason: string): void => {
    resolve(reason);
    socket.disconnect();
  };
  socket.onAny(heard);
  socket.io.on('ping', heard);
  socket.on('disconnect', (reason) => {
    resolve(reason);
    for (const fail of unanswered) fail(new NetworkError('The connection broke before the answer'));
  });

  return (id) => ({
    id, closed, close,
    request: (event, body, timeoutMs) => new Promise((succeed, reject) => {
      const sentAtMs = timers.nowMs();
      const settle = (settling: () => void): void => {
        cancel();
        unanswered.delete(fail);
        settling();
      };
      const fail = (error: Error): void => settle(() => reject(error));
      const cancel = timers.after(timeoutMs, () => {
        fail(new NetworkError('The server did not answer in time'));
        // Nothing at all came since: such a connection may look open for minutes.
        if (heardAtMs < sentAtMs) close('silent');
      });
      unanswered.add(fail);
      if (!socket.connected) {
        fail(new NetworkError('The connection is closed'));
        return;
      }
      socket.emit(event.name, body, (answer: unknown) => {
        heard();
        settle(() => {
          try {
            succeed(dataOf(event.reply, answer));
          } catch (error) {
            reject(error);
          }
        });
      });
    }),
  });
}

/** Socket.IO takes a path in the address for something else. */
function addressOf(baseUrl: string): { readonly origin: string; readonly path: string } {
  if (baseUrl === '') return { origin: '', path: '/socket.io' };
  const { origin, pathname } = new URL(baseUrl);
  return { origin, path: `${pathname.replace(/\/+$/, '')}/socket.io` };
}
