import { type JobDriver, type JobQueues, QueueUnavailable } from '@watchparty/redis-kit/jobs';
import type { Queries } from '../db/index.ts';
import type { Log } from '../kernel/log.ts';
import { type Jobs, toQueue } from './catalogue.ts';
import * as repo from './jobs.repo.ts';

interface Deps {
  readonly driver: JobDriver;
  readonly queues: Pick<JobQueues, 'add'>;
  readonly jobs: Jobs;
  readonly queries: Queries;
  readonly log: Log;
  /** The store of the queues is new to this node: there at last, or perhaps without what it held. */
  readonly onNewStore: () => Promise<void>;
  readonly everyMs?: number;
}

export interface Keeper {
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 2000;
const PAGE = 1000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Sees to it that the queues hold every open job, also after their store has lost some. */
export function startKeeper({ driver, queues, jobs, queries, log, onNewStore, everyMs = LOOK_EVERY_MS }: Deps): Keeper {
  let seen: string | undefined;
  let closed = false;
  let wake = (): void => {};

  /** Adding is harmless where nothing was lost: what is in its queue stays as it is. */
  async function refill(): Promise<number> {
    let count = 0;
    for (let afterId = FIRST_ID; !closed;) {
      const rows = await repo.openAfter(queries, afterId, PAGE);
      // Those of another version are left to its nodes.
      const known = rows.flatMap((row) => {
        const job = jobs.named(row.name);
        return job === undefined ? [] : [{ ...toQueue(job, row), again: true }];
      });
      await queues.add(known);
      count += known.length;
      if (rows.length < PAGE) break;
      afterId = rows.at(-1)!.id;
    }
    return count;
  }

  async function look(): Promise<void> {
    const mark = await driver.lossMark();
    if (mark === seen) return;
    const known = await repo.lossMark(queries);
    if (mark !== known) {
      const count = await refill();
      if (closed) return;
      await repo.setLossMark(queries, mark);
      if (known !== undefined) log.warn({ jobs: count }, 'The queues may have lost jobs; open ones were enqueued again');
    }
    await onNewStore();
    seen = mark;
  }

  async function loop(): Promise<void> {
    while (!closed) {
      try {
        await look();
      } catch (err) {
        const away = err instanceof QueueUnavailable;
        log[away ? 'debug' : 'warn']({ err }, 'Cannot see whether the queues are whole; looking again');
      }
      if (closed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  const running = loop();
  driver.onBack(() => wake());

  return {
    async close() {
      closed = true;
      wake();
      await running;
    },
  };
}
