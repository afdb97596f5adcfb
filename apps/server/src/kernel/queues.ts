import type { BullQueue } from '@watchparty/redis-kit/jobs';
import type { QueueName } from './job.ts';

export interface QueueStats {
  readonly queueName: QueueName;
  /** Due, or not yet handed over to the queue; not running. */
  readonly waiting: number;
  readonly active: number;
  /** Done since the installation, also those that are long removed. */
  readonly completed: number;
  /** Failed for good since the installation; one that is retried and fails again counts again. */
  readonly failed: number;
  /** Meant for later, or waiting for the next try. */
  readonly delayed: number;
  /** The sum of the five. */
  readonly total: number;
}

/** A job that failed for good and is kept. */
export interface FailedJob {
  readonly id: string;
  readonly name: string;
  readonly queueName: QueueName;
  /** Undefined when its declaration says `confidential`. */
  readonly payload: unknown;
  readonly error: string;
  readonly createdAt: Date;
  readonly failedAt: Date;
}

/** What operations may ask of the queues. Throws database problems; while Redis is away it answers what the database knows. */
export interface Queues {
  stats(): Promise<Record<QueueName, QueueStats>>;
  /** Age in seconds of the oldest job that is due and not done, of each queue; 0 when there is none. */
  oldestWaitingSeconds(): Promise<Record<QueueName, number>>;
  /** The latest failures first. */
  failed(options?: { readonly queue?: QueueName; readonly limit?: number; readonly offset?: number }): Promise<readonly FailedJob[]>;
  /** How many jobs, of this queue if one is named, have failed for good and are kept. */
  countFailed(queue?: QueueName): Promise<number>;
  /** Gives a failed job all its attempts again. False: there is no such failed job. */
  retry(id: string): Promise<boolean>;
  /** The queues themselves, for Bull Board: those above, and `schedules`, whose jobs only start others. */
  readonly bull: readonly BullQueue[];
}
