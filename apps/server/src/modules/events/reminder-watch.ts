import type { Queries } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { enqueued } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import { firstDue } from './due.repo.ts';
import { eventReminders } from './events.jobs.ts';

interface Deps {
  readonly queries: Queries;
  readonly write: Write;
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMs?: number;
}

/** After so long a job that has changed nothing is not waited for any more. */
const PATIENCE_MS = 60_000;

/**
 * Looks every now and then whether people of some event are to be told something, and enqueues the job that does so: a
 * look at one end of an index, and no write while nothing is due. Several nodes may enqueue it; each person is told once.
 * ER1
 */
export function createReminderWatch({ queries, write, clock, log, everyMs = 15_000 }: Deps): { close(): Promise<void> } {
  let asked: { readonly of: string; readonly atMs: number } | undefined;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const due = await firstDue(queries, new Date(clock.now()));
    if (due === undefined || (asked?.of === due && clock.now() - asked.atMs < PATIENCE_MS)) return;
    await write(async (_tx, effects) => effects.add(enqueued(eventReminders, {})));
    asked = { of: due, atMs: clock.now() };
  }

  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.warn({ err: error }, 'Could not look for reminders that are due; will try again'))
      .finally(() => {
        looking = undefined;
      });
  }, everyMs);

  return {
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}
