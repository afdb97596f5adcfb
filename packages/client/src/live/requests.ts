import type { ClientEvent } from '@watchparty/protocol';
import type { Static, TSchema } from 'typebox';
import { NetworkError } from '../api-error.ts';
import type { Connection } from './connection.ts';
import { until } from './store.ts';
import type { Timers } from './timers.ts';

export interface RequestOptions {
  /** From the call to the answer, ms; waiting for a connection included. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Sends an event and answers the data of its acknowledgement; waits for the connection where there is none. Rejects with
 * `ApiError` when the server refuses, with `NetworkError` when it does not answer, for then it may have happened, and
 * with the signal's reason when aborted.
 */
export type SendRequest = <B extends TSchema, R extends TSchema>(
  event: ClientEvent<B, R>, body: Static<B>, options?: RequestOptions,
) => Promise<Static<R>>;

interface Deps {
  readonly connection: Connection;
  readonly timers: Timers;
  readonly timeoutMs: number;
}

export function createRequests({ connection, timers, timeoutMs }: Deps): SendRequest {
  return async (event, body, { timeoutMs: withinMs = timeoutMs, signal } = {}) => {
    signal?.throwIfAborted();
    const deadlineMs = timers.nowMs() + withinMs;
    const waiting = new AbortController();
    const stop = (): void => waiting.abort(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    const cancel = timers.after(withinMs, () => waiting.abort(new NetworkError('There was no connection in time')));
    try {
      await until(connection.store, ({ status }) => status === 'connected' || status === 'ended', waiting.signal);
      if (connection.socket === undefined) throw new NetworkError('The connection has ended');
      const answer = connection.socket.request(event, body, Math.max(1, deadlineMs - timers.nowMs()));
      return await unlessAborted(answer, signal);
    } finally {
      cancel();
      signal?.removeEventListener('abort', stop);
    }
  };
}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
