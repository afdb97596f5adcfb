import type { RsvpStatus } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobHandler } from '../../kernel/job.ts';
import type { Effects } from '../../kernel/write.ts';
import type { NewNotice, Notices } from '../notices/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { type Due, dueAfter } from './due.ts';
import * as dueRepo from './due.repo.ts';
import { eventReminders } from './events.jobs.ts';
import * as repo from './events.repo.ts';
import { listToTell } from './rsvps.repo.ts';

export interface RemindersDeps {
  readonly notices: Pick<Notices, 'notify'>;
  readonly rooms: Pick<Rooms, 'openFor'>;
  readonly clock: Clock;
  /** People of one change. */
  readonly batchSize?: number;
}

const HOUR_MS = 60 * 60 * 1000;
const TOLD: Readonly<Record<Due, readonly RsvpStatus[]>> = {
  day: ['going', 'interested'], hour: ['going', 'interested'], start: ['going'],
};

/** ER1–ER4 */
export function createReminders({ notices, rooms, clock, batchSize = 500 }: RemindersDeps): JobHandler {
  /** Too late for it: what comes next says it better. */
  function isStale(row: repo.EventRow, due: Due): boolean {
    const [nowMs, startMs] = [clock.now(), row.starts_at.getTime()];
    if (due === 'day') return nowMs >= startMs - HOUR_MS;
    return due === 'hour' ? nowMs >= startMs : nowMs >= row.over_at.getTime();
  }

  /** What each of them is told; undefined: nothing. */
  async function wording(tx: Tx, effects: Effects, row: repo.EventRow, due: Due): Promise<((userId: number) => NewNotice) | undefined> {
    const event = { eventId: row.id, title: row.title, startsAt: row.starts_at.toISOString() };
    if (due !== 'start') {
      const subject = `${row.id}:${due}:${event.startsAt}`;
      return (userId) => ({ userId, kind: 'event_reminder', subject, before: due, ...event });
    }
    const roomId = row.room_id;
    const opened = roomId === null ? undefined : await rooms.openFor(tx, effects, roomId, row.owner_id);
    if (roomId === null || opened === undefined) return undefined;
    const subject = `${row.id}:${event.startsAt}`;
    return (userId) => ({ userId, kind: 'event_started', subject, roomId, url: opened.url, ...event });
  }

  /** Tells some people of the event that has waited longest; false: none waits. */
  async function tellSome(tx: Tx, effects: Effects): Promise<boolean> {
    const row = await dueRepo.lockDue(tx, new Date(clock.now()));
    if (row?.due == null) return false;
    const { due } = row;
    const worded = isStale(row, due) ? undefined : await wording(tx, effects, row, due);
    const people = worded === undefined
      ? [] : await listToTell(tx, { eventId: row.id, statuses: TOLD[due], afterUser: row.due_after_user, limit: batchSize });
    const userIds = people.map(({ user_id }) => user_id);
    // The owner is told too, whether going or not.
    if (row.due_after_user === 0 && worded !== undefined && !userIds.includes(row.owner_id)) userIds.unshift(row.owner_id);
    if (worded !== undefined) await notices.notify(tx, effects, userIds.map(worded));
    await repo.update(tx, row.id, people.length === batchSize ? { due_after_user: people.at(-1)!.user_id } : dueAfter(due, row));
    return true;
  }

  const handler: JobHandler<typeof eventReminders.payload> = {
    job: eventReminders,
    async handle({ write, signal }) {
      for (;;) {
        signal.throwIfAborted();
        if (!(await write(tellSome))) return;
      }
    },
  };
  return handler;
}
