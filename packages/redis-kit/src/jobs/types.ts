import type { Queue } from 'bullmq';

/** BullMQ's own queue, for boards. */
export type BullQueue = Queue;

/** One kind of job. */
export interface JobKind {
  readonly name: string;
  readonly queue: string;
  /** How often it is tried in all; runs cut short by a crash do not count. */
  readonly attempts: number;
  /** The pause after the first failure; doubles with each further one. */
  readonly backoffMs: number;
  /** Goes before all others of its queue. */
  readonly priority?: 'high';
  /** After so long the run's signal is aborted and the try has failed. */
  readonly timeoutMs: number;
  /** How long the store keeps one that failed for good; for ever by default. */
  readonly keepFailedSeconds?: number;
  /** Whether a payload is one of this kind: asked before each run, for it may come from another version. */
  accepts(payload: unknown): boolean;
}

export interface NewJob {
  /** A UUID. A job whose id the store holds already is not added again. */
  readonly id: string;
  readonly name: string;
  /** What boards show; the payload that counts comes from the ledger. */
  readonly shown: object;
  readonly delayMs?: number;
  /**
   * It may have been in the store before, and be running on a node although the store no longer knows. It goes in with
   * a delay: long enough for such a node to say so.
   */
  readonly again?: boolean;
}

/** One try of a job. */
export interface JobRun {
  readonly id: string;
  readonly kind: JobKind;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly payload: unknown;
  /** Aborted when the time is up, or when the worker must end first. */
  readonly signal: AbortSignal;
}

/**
 * What is known for certain about jobs, kept where the data is that they work on: the store of the queues may be lost,
 * and may run a job twice. Methods reject when that is away; then nothing is decided, and the job waits.
 */
export interface JobLedger {
  /** The payload of a job whose effect is not recorded; undefined when it is, or when nobody knows the job. */
  open(job: JobRef): Promise<{ readonly payload: unknown } | undefined>;
  /** Records the effect. Once is enough: a second time changes nothing. */
  done(job: JobRef): Promise<void>;
  /** Records that the last try has failed. */
  failed(job: JobRef, error: Error): Promise<void>;
  /** Lets all nodes know that these jobs run on this one. Said each second of what has run for longer. */
  sayRunning(ids: readonly string[]): Promise<void>;
  /** Whether a node has said so within the last seconds. Asked only of what may be running somewhere. */
  saidRunning(job: JobRef): Promise<boolean>;
}

export interface JobRef {
  readonly id: string;
  readonly kind: JobKind;
}

/** What becomes of runs, for whoever counts. */
export type RunOutcome = 'done' | 'failed' | 'failed for good' | 'skipped' | 'postponed';

/** pino's logger fits. */
export interface JobLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The store of the queues cannot be reached; what was asked for may still come about. */
export class QueueUnavailable extends Error {
  override readonly name = 'QueueUnavailable';
}

/** Thrown by a run whose failure no further try would mend. */
export class Unrecoverable extends Error {
  override readonly name = 'Unrecoverable';
}
