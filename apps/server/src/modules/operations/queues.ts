import type { CleanupBody, CleanupJob, FailedJob, QueuedJob, QueueName, QueueStats, ReportBody } from '@watchparty/protocol';
import type { Static, TSchema } from 'typebox';
import { uuidv7 } from '../../kernel/ids.ts';
import type { Clock } from '../../kernel/clock.ts';
import { enqueued, type JobDeclaration } from '../../kernel/job.ts';
import { type PageOf, pageOf, type PageRequest } from '../../kernel/page.ts';
import { Problem } from '../../kernel/problem.ts';
import type { FailedJob as KeptJob, Queues } from '../../kernel/queues.ts';
import type { Write } from '../../kernel/write.ts';
import { cleanupOldChatMessages } from '../chat/index.ts';
import { cleanupInactiveParticipants, cleanupInactiveRooms } from '../rooms/index.ts';
import { cleanupExpiredSessions } from '../sessions/index.ts';
import { generateActivityReport, REPORT_DAYS } from './reports.jobs.ts';

interface Deps {
  readonly queues: Queues;
  readonly clock: Clock;
}

export type QueueAdmin = ReturnType<typeof createQueueAdmin>;

/** Which age belongs to which clean-up. */
const AGES = {
  cleanupInactiveRooms: 'daysInactive',
  cleanupOldChatMessages: 'daysOld',
  cleanupInactiveParticipants: 'hoursInactive',
  cleanupExpiredSessions: undefined,
} as const satisfies Record<CleanupJob, keyof CleanupBody | undefined>;

const CLEANUPS: Readonly<Record<CleanupJob, JobDeclaration>> =
  { cleanupInactiveRooms, cleanupOldChatMessages, cleanupInactiveParticipants, cleanupExpiredSessions };

/** What administrators ask of the queues. QU1–QU4 */
export function createQueueAdmin({ queues, clock }: Deps) {
  /** Its id is known before it runs, and by it what it makes. */
  function enqueue<P extends TSchema>(write: Write, job: JobDeclaration<P>, payload: Static<P>): Promise<QueuedJob> {
    return write(async (_tx, effects) => {
      const jobId = uuidv7(clock.now());
      effects.add({ ...enqueued(job, payload), id: jobId });
      return { jobId, name: job.name, queueName: job.queue };
    });
  }

  return {
    stats: (): Promise<QueueStats> => queues.stats(),

    async cleanup(write: Write, { job = 'cleanupInactiveRooms', ...ages }: CleanupBody): Promise<QueuedJob> {
      const own = AGES[job];
      const foreign = Object.keys(ages).filter((name) => name !== own);
      if (foreign.length > 0) {
        const message = `is not of ${job}, which takes ${own ?? 'nothing'}`;
        throw new Problem('request.invalid', { errors: foreign.map((name) => ({ field: `/body/${name}`, message })) });
      }
      const declaration = CLEANUPS[job];
      return enqueue(write, declaration, { ...(declaration.scheduledPayload as object), ...ages });
    },

    report: (write: Write, { days = REPORT_DAYS }: ReportBody): Promise<QueuedJob> => enqueue(write, generateActivityReport, { days }),

    async failed(queue: QueueName | undefined, page: PageRequest): Promise<PageOf<FailedJob>> {
      const slice = { limit: page.limit, offset: (page.page - 1) * page.limit };
      const [jobs, total] = await Promise.all([
        queues.failed({ ...slice, ...(queue !== undefined && { queue }) }), queues.countFailed(queue),
      ]);
      return pageOf(jobs.map(failedView), total, page);
    },

    async retry(id: string): Promise<void> {
      if (!(await queues.retry(id))) throw new Problem('queues.job_not_found');
    },
  };
}

const failedView = ({ payload, createdAt, failedAt, ...job }: KeptJob): FailedJob =>
  ({ ...job, payload: payload ?? null, createdAt: createdAt.toISOString(), failedAt: failedAt.toISOString() });
