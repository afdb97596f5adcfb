import { clockPing } from '@watchparty/protocol';
import type { Clock } from '../../kernel/clock.ts';
import { liveHandler, type LiveModule } from '../../kernel/live.ts';

/** The edge's own part: clients find out by how much their clock is off. */
export const clockModule = (clock: Clock): LiveModule => ({
  handlers: [
    liveHandler({
      event: clockPing,
      guests: true,
      limit: 'none',
      handle: ({ body: { t0 }, receivedAtMs }) => ({ t0, t1: receivedAtMs, t2: clock.now() }),
    }),
  ],
});
