import { clockPing } from '@watchparty/protocol';
import { type Clock, createClock } from '../sync/index.ts';
import type { OpenSocket } from './socket.ts';
import type { Timers } from './timers.ts';

const PING_TIMEOUT_MS = 5000;

export interface ClockKeeper {
  readonly clock: Clock;
  /**
   * Pings at once, and by the clock's schedule until this connection closes. Nodes of one house agree on the time, as
   * their timelines need; one that does not contradicts what is known, and the clock begins anew by itself.
   */
  keep(socket: OpenSocket): void;
  /** One ping out of turn; a connection that is dead is found out by it. */
  probe(socket: OpenSocket): void;
}

/** Keeps the server's time known while connected. LC15 */
export function createClockKeeper(timers: Timers, date: () => number): ClockKeeper {
  const clock = createClock({ now: timers.nowMs, date });

  async function ping(socket: OpenSocket): Promise<void> {
    const t0 = clock.asked();
    try {
      clock.answered(await socket.request(clockPing, { t0 }, PING_TIMEOUT_MS));
    } catch {
      // The next one is on its way already; a dead connection closes by itself.
    }
  }

  return {
    clock,
    keep(socket) {
      let cancel = (): void => {};
      const next = (): void => {
        void ping(socket);
        cancel = timers.after(clock.nextPingInMs(), next);
      };
      next();
      void socket.closed.then(() => cancel());
    },
    probe: (socket) => void ping(socket),
  };
}
