import type { RateLimitLog } from './types.ts';

/** Whether Redis is away; while it is, one probe after another asks for it, beside the requests. */
export interface Outage {
  readonly active: boolean;
  /** Redis failed: nobody asks it until a probe succeeded. */
  begin(error: unknown, probe: () => Promise<void>): void;
  close(): void;
}

interface Deps {
  readonly log: RateLimitLog;
  readonly probeEveryMs: number;
  /** Called when a probe succeeded, before anybody asks Redis again. */
  readonly onEnd: () => void;
}

export function createOutage({ log, probeEveryMs, onEnd }: Deps): Outage {
  let active = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function schedule(probe: () => Promise<void>): void {
    if (closed) return;
    timer = setTimeout(() => void probe().then(end, () => schedule(probe)), probeEveryMs);
    timer.unref();
  }

  function end(): void {
    if (closed) return;
    active = false;
    log.info({}, 'Redis is back: rate limits count for all nodes again');
    onEnd();
  }

  return {
    get active() {
      return active;
    },
    begin(error, probe) {
      if (active || closed) return;
      active = true;
      log.warn({ err: error }, 'Redis operation failed: rate limits; until it is back, this node limits by itself');
      schedule(probe);
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
