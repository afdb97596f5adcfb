import type { ServerEvent } from '@watchparty/protocol';
import type { Static, TSchema } from 'typebox';
import { read } from './reading.ts';

export type Off = () => void;

/** Calls for each such event; answers what ends that. */
export type Listen = <P extends TSchema>(event: ServerEvent<P>, listener: (payload: Static<P>) => void) => Off;

export interface ServerEvents {
  readonly on: Listen;
  /** One that has come. Unknown names, and payloads without what their schema asks for, are passed over. LC5 */
  dispatch(name: string, payload: unknown): void;
}

interface Listeners {
  readonly event: ServerEvent;
  readonly calls: Set<(payload: never) => void>;
}

export function createServerEvents(): ServerEvents {
  const byName = new Map<string, Listeners>();
  return {
    on(event, listener) {
      const listeners = byName.get(event.name) ?? { event, calls: new Set() };
      byName.set(event.name, listeners);
      // Its own function, for the same listener may listen twice.
      const call = (payload: never): void => listener(payload);
      listeners.calls.add(call);
      return () => void listeners.calls.delete(call);
    },
    dispatch(name, payload) {
      const listeners = byName.get(name);
      if (listeners === undefined) return;
      const known = read(listeners.event.payload, payload);
      if (known === undefined) return;
      for (const call of listeners.calls) call(known as never);
    },
  };
}
