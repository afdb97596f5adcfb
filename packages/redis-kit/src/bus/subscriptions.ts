import type { BusLog, Gap, SubscribeOptions, Subscription } from './types.ts';

interface Entry extends SubscribeOptions {
  readonly check: (payload: unknown) => boolean;
  readonly handler: (payload: unknown) => void | Promise<void>;
  warned: boolean;
}

export interface Subscriptions {
  add(channel: string, entry: Omit<Entry, 'warned'>): Subscription;
  deliver(channel: string, payload: unknown): void;
  gap(gap: Gap): void;
  clear(): void;
}

/** Who listens to what. Whatever a handler does, the others get theirs. BU6 */
export function createSubscriptions(log: BusLog): Subscriptions {
  const channels = new Map<string, Set<Entry>>();

  function call(channel: string, work: () => void | Promise<void>): void {
    const failed = (error: unknown): void => log.warn({ err: error, channel }, 'A handler of the bus failed');
    try {
      const result = work();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  function give(channel: string, entry: Entry, payload: unknown): void | Promise<void> {
    if (entry.check(payload)) return entry.handler(payload);
    // A node of another version may write so all day: once is enough.
    if (!entry.warned) log.warn({ channel }, 'A message on the bus has not the expected shape; such are left out');
    entry.warned = true;
  }

  return {
    add(channel, entry) {
      const made: Entry = { ...entry, warned: false };
      const entries = channels.get(channel) ?? new Set<Entry>();
      channels.set(channel, entries.add(made));
      return {
        close() {
          entries.delete(made);
          if (entries.size === 0 && channels.get(channel) === entries) channels.delete(channel);
        },
      };
    },
    deliver(channel, payload) {
      const entries = channels.get(channel);
      if (entries === undefined) return;
      const alone = entries.size === 1;
      for (const entry of Array.from(entries)) {
        // One handler before may have closed this one; and none sees what another made of the payload.
        if (entries.has(entry)) call(channel, () => give(channel, entry, alone ? payload : structuredClone(payload)));
      }
    },
    gap(gap) {
      for (const [channel, entries] of Array.from(channels)) {
        for (const entry of Array.from(entries)) call(channel, () => entry.onGap(gap));
      }
    },
    clear: () => channels.clear(),
  };
}
