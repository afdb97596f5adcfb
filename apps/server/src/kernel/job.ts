import type { Static, TSchema } from 'typebox';
import type { Tx } from '../db/index.ts';
import type { Effect, Write } from './write.ts';

export type QueueName = 'email' | 'imageProcessing' | 'roomCleanup' | 'events';

/** One kind of work that no answer waits for, as data: declared in a module's `*.jobs.ts`. */
export interface JobDeclaration<P extends TSchema = TSchema> {
  /** As boards and logs show it: `welcome-email`. Never reused for other work. */
  readonly name: string;
  readonly queue: QueueName;
  /** Checked when the job is enqueued, and again before it runs: it may come from an older version. */
  readonly payload: P;
  /** How often it is tried in all. Runs cut short by a crash, and times of an absent database, do not count. */
  readonly attempts: number;
  /** The pause after the first failure; doubles with each further one. */
  readonly backoffMs: number;
  /** Goes before all that is not. */
  readonly priority?: 'high';
  /** After so long its `signal` is aborted and the try has failed. */
  readonly timeoutMs: number;
  /** How long a job that failed for good is kept; otherwise until somebody retries or removes it. */
  readonly keepFailedSeconds?: number;
  /** True: the payload is kept out of Redis and the queue boards; it stays in the database alone. */
  readonly confidential?: boolean;
  /** Cron with five fields, in `SCHEDULE_TIME_ZONE`: one run over all nodes, with `scheduledPayload` (`{}` by default). */
  readonly schedule?: string;
  readonly scheduledPayload?: Static<P>;
  /** The line that is logged when the schedule begins a run. */
  readonly scheduledLine?: string;
}

export const declareJob = <P extends TSchema>(declaration: JobDeclaration<P>): JobDeclaration<P> => declaration;

export const JOB_ENQUEUED = 'job.enqueued';

/** The effect of a change: the job is enqueued if, and only if, the change is committed. */
export const enqueued = <P extends TSchema>(
  job: JobDeclaration<P>,
  payload: Static<P>,
  options: { readonly delayMs?: number } = {},
): Effect => ({
  kind: JOB_ENQUEUED,
  payload: { name: job.name, payload, ...(options.delayMs !== undefined && { delayMs: options.delayMs }) },
});

/** What one try of a job gets. */
export interface JobContext<P = unknown> {
  /** A UUID, the same in every try: what must happen once is told apart by it. */
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly payload: P;
  /** Aborted when the time is up, or when this node must end before the job has. */
  readonly signal: AbortSignal;
  readonly write: Write;
  /**
   * Records the job's effect in the handler's own transaction: what that transaction does happens once, whatever is
   * killed and whenever. Throws when another try has recorded it before; let that end the transaction.
   */
  done(tx: Tx): Promise<void>;
}

export interface JobHandler<P extends TSchema = TSchema> {
  readonly job: JobDeclaration<P>;
  /** Does the work or throws. When it returns, the effect is recorded, unless `done` has recorded it. */
  handle(context: JobContext<Static<P>>): Promise<void>;
}
