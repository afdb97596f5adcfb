import { type JobQueues, QueueUnavailable, type Schedules } from '@watchparty/redis-kit/jobs';
import type { Queries } from '../db/index.ts';
import type { QueueName } from '../kernel/job.ts';
import type { Log } from '../kernel/log.ts';
import type { Queues, QueueStats } from '../kernel/queues.ts';
import type { Write } from '../kernel/write.ts';
import { type Jobs, QUEUE_NAMES } from './catalogue.ts';
import { retried } from './enqueueing.ts';
import * as repo from './jobs.repo.ts';

interface Deps {
  readonly queries: Queries;
  readonly write: Write;
  readonly queues: JobQueues;
  readonly schedules: Schedules | undefined;
  readonly jobs: Jobs;
  readonly log: Log;
}

/** What the database counts, and what of it runs or is meant for later, as the queues' store knows. */
export function createQueues({ queries, write, queues, schedules, jobs, log }: Deps): Queues {
  async function underWay(name: QueueName): Promise<{ active: number; delayed: number }> {
    try {
      return await queues.counts(name);
    } catch (error) {
      if (error instanceof QueueUnavailable) return { active: 0, delayed: 0 };
      throw error;
    }
  }

  async function ofEach<T>(view: (name: QueueName, figures: repo.QueueFigures) => T | Promise<T>): Promise<Record<QueueName, T>> {
    const found = new Map((await repo.figures(queries)).map((figures) => [figures.queue, figures]));
    const entries = QUEUE_NAMES.map(async (name): Promise<[QueueName, T]> => {
      const none = { queue: name, completed: 0, failed: 0, open: 0, oldestSeconds: 0 };
      return [name, await view(name, found.get(name) ?? none)];
    });
    return Object.fromEntries(await Promise.all(entries)) as Record<QueueName, T>;
  }

  return {
    stats: () =>
      ofEach(async (queueName, { completed, failed, open }): Promise<QueueStats> => {
        const { active, delayed } = await underWay(queueName);
        // The two are asked one after the other; what ended in between is no longer open.
        const waiting = Math.max(0, open - active - delayed);
        return { queueName, waiting, active, completed, failed, delayed, total: waiting + active + completed + failed + delayed };
      }),
    oldestWaitingSeconds: () => ofEach((_name, { oldestSeconds }) => oldestSeconds),
    async failed({ queue, limit = 100, offset = 0 } = {}) {
      const rows = await repo.failed(queries, queue, limit, offset);
      return rows.map(({ id, name, queue: queueName, payload, error, createdAt, failedAt }) => ({
        id, name, error, createdAt, failedAt,
        queueName: queueName as QueueName,
        payload: jobs.named(name)?.confidential === true ? undefined : payload,
      }));
    },
    countFailed: (queue) => repo.countFailed(queries, queue),
    async retry(id) {
      const name = await write(async (tx, effects) => {
        const row = await repo.takeUpFailed(tx, id);
        if (row !== undefined) effects.add(retried({ id, name: row.name, payload: row.payload }));
        return row?.name;
      });
      if (name !== undefined) log.info({ jobId: id, job: name }, 'A failed job is tried again');
      return name !== undefined;
    },
    bull: [...queues.bull, ...(schedules === undefined ? [] : [schedules.bull])],
  };
}
