import type { Queries } from '../db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { createBatcher } from '../kernel/batcher.ts';
import * as repo from './outbox.repo.ts';

/** A node whose listening session is lost has it back within this time, unless its database is away. */
const REMEMBERED_MS = 15_000;
const LOOK_EVERY_MS = 5_000;

interface Deps {
  readonly queries: Queries;
  /** Of this node's own listening session; undefined while it is lost. */
  readonly ownProcessId: () => number | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Others {
  /** Whether another node shares this database. Asked anew each time: one may just have started. In doubt, true. */
  mayExist(): Promise<boolean>;
  close(): Promise<void>;
}

/** Other nodes are known by the session on which each listens for the outbox. */
export function createOthers({ queries, ownProcessId, clock, log }: Deps): Others {
  let seenAtMs = -Infinity;

  const look = createBatcher<void, boolean>(async () => {
    try {
      if (await repo.othersListen(queries, ownProcessId())) seenAtMs = clock.now();
      return clock.now() - seenAtMs < REMEMBERED_MS;
    } catch (error) {
      log.debug({ err: error }, 'Cannot see whether other nodes share the database');
      return true;
    }
  });
  // Also in peace, so that one is remembered that loses its session just when it matters.
  const watch = setInterval(() => void look.add([]), LOOK_EVERY_MS);
  watch.unref();

  return {
    mayExist: () => look.add([]),
    async close() {
      clearInterval(watch);
      await look.idle();
    },
  };
}
