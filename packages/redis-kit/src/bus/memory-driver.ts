import type { BusDriver, BusListener } from './types.ts';

/** A line within this process: whoever opens it hears all others, in a later turn, as over a network. */
export interface MemoryBusLine {
  open(): BusDriver;
}

export function createMemoryBusLine(): MemoryBusLine {
  const listeners = new Set<BusListener>();
  return {
    open() {
      let own: BusListener | undefined;
      return {
        listen(listener) {
          own = listener;
          listeners.add(listener);
          listener.connected();
        },
        async publish(text) {
          const hearers = [...listeners];
          setImmediate(() => {
            for (const listener of hearers) if (listeners.has(listener)) listener.message(text);
          });
        },
        reconnect: () => undefined,
        async close() {
          if (own !== undefined) listeners.delete(own);
        },
      };
    },
  };
}
