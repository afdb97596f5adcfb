import { setTimeout as sleep } from 'node:timers/promises';
import type { Queries } from '../db/index.ts';
import type { Log } from '../kernel/log.ts';
import { createBatcher } from '../kernel/batcher.ts';
import * as repo from './outbox.repo.ts';
import type { Others } from './others.ts';
import type { CommittedRow } from './relay.ts';
import type { Rests } from './rests.ts';

/** Looks at first soon, for most waits are for another batch to end; later less often. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 50;
/** Other nodes are asked again: one may have looked just while this one was trying once more. */
const ASK_AGAIN_MS = 200;

export type WaitingRow = CommittedRow & Pick<repo.OutboxRow, 'kind'>;

interface WaitOptions {
  readonly timeoutMs: number;
  /** Once already, and failed. */
  readonly tried: boolean;
  /** The target is away, so this node shows nothing of it until the rows are applied. */
  readonly unseenHere: boolean;
}

interface Deps {
  readonly queries: Queries;
  readonly rests: Rests;
  readonly others: Pick<Others, 'mayExist'>;
  /** Tries to apply the rows. Must not throw. */
  readonly tryRows: (rows: readonly WaitingRow[]) => Promise<unknown>;
  readonly log: Log;
}

/** Sees to it that rows an answer waits for get applied, here or by another node. */
export function createWaiting({ queries, rests, others, tryRows, log }: Deps) {
  let closing = false;

  const remaining = createBatcher<string, ReadonlySet<string>>(async (ids) => {
    try {
      return new Set(await repo.stillThere(queries, ids));
    } catch (error) {
      log.debug({ err: error }, 'Cannot see which effects are applied');
      return new Set(ids);
    }
  });

  const released = createBatcher<string>(async (ids) => {
    try {
      await repo.release(queries, ids);
    } catch (error) {
      log.debug({ err: error }, 'Effects could not be given to other nodes; their relays will look by themselves');
    }
  });

  return {
    /**
     * Settles when all rows are applied or set aside (true), when nobody is there to see what they change (true), or
     * after `timeoutMs` (false).
     */
    async untilApplied(rows: readonly WaitingRow[], options: WaitOptions): Promise<boolean> {
      if (options.unseenHere && !(await others.mayExist())) return true;
      const endMs = performance.now() + options.timeoutMs;
      let askAtMs = 0;
      let left = rows;
      if (!options.tried) await tryRows(left);
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        const there = await remaining.add(left.map((row) => row.id));
        left = left.filter((row) => there.has(row.id));
        // What this node cannot reach perhaps another can.
        const away = left.filter((row) => rests.isAway(row.kind)).map((row) => row.id);
        if (away.length > 0 && performance.now() >= askAtMs) {
          askAtMs = performance.now() + ASK_AGAIN_MS;
          void released.add(away);
        }
        if (left.length === 0) return true;
        if (closing || performance.now() + pauseMs > endMs) return false;
        await sleep(pauseMs);
        const toTry = left.filter((row) => !rests.isResting(row.kind));
        if (toTry.length > 0) await tryRows(toTry);
      }
    },
    /** Waits that go on end at their next look. */
    async close() {
      closing = true;
      await remaining.idle();
      await released.idle();
    },
  };
}
