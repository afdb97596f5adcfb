import { DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq';
import type { Catalogue } from './catalogue.ts';
import type { JobDriver } from './driver.ts';
import { endsWithin } from './ends-within.ts';
import { type JobLedger, type JobLog, type JobRef, type JobRun, type RunOutcome, Unrecoverable } from './types.ts';

export interface WorkerSettings {
  /** How long a run may be silent before another worker takes its job; renewed three times within. */
  readonly lockMs: number;
  /** How often workers look for runs that fell silent. A killed worker's jobs are taken over within this twice, or within this and `lockMs`. */
  readonly stalledEveryMs: number;
  /** How often the ledger is told what has been running here for as long; what `NewJob.again` waits for rests on it. */
  readonly tellEveryMs: number;
  /** A job that nobody can decide on now waits so long. */
  readonly postponeMs: number;
  /** How long closing waits for what runs, before it aborts it. */
  readonly drainMs: number;
  /** How long what was aborted has to come to its end. */
  readonly abortMs: number;
}

export const defaultWorkerSettings: WorkerSettings = {
  lockMs: 6000, stalledEveryMs: 4000, tellEveryMs: 1000, postponeMs: 1000, drainMs: 10_000, abortMs: 2000,
};

interface Deps {
  readonly driver: JobDriver;
  readonly catalogue: Catalogue;
  readonly ledger: JobLedger;
  readonly log: JobLog;
  /** How many jobs of each queue run side by side; queues that are not named are left to other nodes. */
  readonly concurrency: Readonly<Record<string, number>>;
  /** Does a job's work or rejects. */
  readonly run: (run: JobRun) => Promise<void>;
  /** Whether a failed run was only cut short, because what it works on is away: that uses up no attempt. */
  readonly cutShort?: (error: Error) => Promise<boolean>;
  readonly onRun?: (name: string, outcome: RunOutcome, ms: number) => void;
}

export interface JobWorkers {
  /** How many jobs run here now. */
  running(): number;
  /** Takes no more, lets what runs end, then aborts it; aborted jobs go back to their queues. */
  close(): Promise<void>;
}

/** As often as it takes: a job is not given up because workers were killed over it. */
const ALWAYS = 1_000_000_000;

/** The side of the queues that works. */
export function createJobWorkers(deps: Deps, settings: WorkerSettings = defaultWorkerSettings): JobWorkers {
  const { driver, catalogue, ledger, log } = deps;
  const running = new Map<string, { readonly controller: AbortController; readonly sinceMs: number }>();
  let ending = false;
  let onIdle = (): void => {};

  async function postpone(job: Job, token: string | undefined, ms: number): Promise<never> {
    await job.moveToDelayed(Date.now() + ms, token);
    throw new DelayedError();
  }

  /** The effect has come about: it is recorded as soon as that is possible, or the next try would repeat it. */
  async function recordDone(job: JobRef, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await ledger.done(job);
      } catch (err) {
        if (signal.aborted) throw err;
        log.warn({ err, jobId: job.id }, 'The effect of a job could not be recorded; trying again');
        await new Promise((resolve) => setTimeout(resolve, settings.postponeMs));
      }
    }
  }

  async function perform(job: Job, id: string, controller: AbortController): Promise<RunOutcome> {
    const kind = catalogue.kind(job.name);
    // A newer version wrote it: one of its nodes will know.
    if (kind === undefined) return 'postponed';
    const ref = { id, kind };
    let entry;
    try {
      if (mayBeRunning(job) && (await ledger.saidRunning(ref))) {
        log.debug({ jobId: id, job: job.name }, 'A job that another node still runs waits');
        return 'postponed';
      }
      entry = await ledger.open(ref);
    } catch (err) {
      log.debug({ err, jobId: id, job: job.name }, 'Cannot see whether a job is done');
      return 'postponed';
    }
    if (entry === undefined) return 'skipped';
    const { payload } = entry;
    const attempt = job.attemptsMade + 1;
    try {
      if (!kind.accepts(payload)) throw new Unrecoverable(`The payload does not fit ${kind.name}`);
      await abortable(controller, kind.timeoutMs, (signal) => deps.run({ id, kind, attempt, payload, signal }), (late) => {
        late.then(() => ledger.done(ref)).catch(() => {});
      });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (ending && controller.signal.aborted) return 'postponed';
      if ((await deps.cutShort?.(error).catch(() => false)) === true) return 'postponed';
      const last = error instanceof Unrecoverable || attempt >= (job.opts.attempts ?? 1);
      log[last ? 'error' : 'warn']({ err: error, jobId: id, job: kind.name, attempt }, last ? 'Job failed for good' : 'Job failed');
      if (!last) throw error;
      try {
        await ledger.failed(ref, error);
      } catch {
        return 'postponed';
      }
      throw new FailedForGood(error);
    }
    try {
      await recordDone(ref, controller.signal);
    } catch {
      return 'postponed';
    }
    return 'done';
  }

  async function process(job: Job, token?: string): Promise<void> {
    const id = job.id ?? '';
    // Its store has been lost, or this process was too busy to say that it lives: what runs here already is not begun again.
    if (running.has(id)) return postpone(job, token, settings.postponeMs);
    const controller = new AbortController();
    const startedAt = performance.now();
    running.set(id, { controller, sinceMs: startedAt });
    const told = (outcome: RunOutcome): void => deps.onRun?.(job.name, outcome, performance.now() - startedAt);
    try {
      const outcome = await perform(job, id, controller);
      told(outcome);
      if (outcome === 'postponed') return await postpone(job, token, ending ? 0 : settings.postponeMs);
    } catch (error) {
      if (error instanceof DelayedError) throw error;
      told(error instanceof FailedForGood ? 'failed for good' : 'failed');
      if (!(error instanceof FailedForGood)) throw error;
      const { message, stack } = error.reason;
      throw Object.assign(new UnrecoverableError(message), stack !== undefined && { stack });
    } finally {
      running.delete(id);
      if (running.size === 0) onIdle();
    }
  }

  let telling = false;
  async function tell(): Promise<void> {
    const before = performance.now() - settings.tellEveryMs;
    const ids = [...running].filter(([, { sinceMs }]) => sinceMs <= before).map(([id]) => id);
    if (telling || ids.length === 0) return;
    telling = true;
    try {
      await ledger.sayRunning(ids);
    } catch (err) {
      log.debug({ err }, 'Other nodes cannot be told what runs here');
    } finally {
      telling = false;
    }
  }
  const teller = setInterval(() => void tell(), settings.tellEveryMs);
  teller.unref();

  const idle = (): Promise<void> => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => (onIdle = resolve)));

  const workers = Object.entries(deps.concurrency).map(([name, concurrency]): Worker => {
    const worker = driver.openWorker(name, process, {
      concurrency,
      lockDuration: settings.lockMs, lockRenewTime: settings.lockMs / 3, stalledInterval: settings.stalledEveryMs,
      maxStalledCount: ALWAYS,
      // BullMQ's own 15 s after a lost connection are all the time there is for a take-over.
      runRetryDelay: 500,
    });
    worker.on('error', (err) => log.debug({ err, queue: name }, 'Worker connection'));
    worker.on('stalled', (jobId) => log.warn({ jobId, queue: name }, 'A job is taken over from a worker that fell silent'));
    return worker;
  });

  async function end(): Promise<void> {
    const closed = Promise.allSettled(workers.map((worker) => worker.close()));
    // A store that is away lets no worker close; once nothing runs there is no more to wait for than a moment.
    if (await endsWithin(settings.drainMs, Promise.race([closed, idle()]))) {
      await endsWithin(settings.abortMs, closed);
      return;
    }
    ending = true;
    for (const { controller } of running.values()) controller.abort(new Error('The worker ends'));
    if (await endsWithin(settings.abortMs, closed)) return;
    log.warn({ jobs: [...running.keys()] }, 'Jobs did not end in time; others will take them over');
  }

  return {
    running: () => running.size,
    async close() {
      await end();
      clearInterval(teller);
    },
  };
}

/** Its node fell silent in its queue, or its queue was lost and filled again (`NewJob.again`): it need not have ended. */
const mayBeRunning = (job: Job): boolean => job.stalledCounter > 0 || (job.opts.delay ?? 0) > 0;

class FailedForGood extends Error {
  readonly reason: Error;
  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}

/** Rejects as soon as the signal is aborted; what `work` still gives after that goes to `onLate`. */
async function abortable(
  controller: AbortController,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<void>,
  onLate: (late: Promise<void>) => void,
): Promise<void> {
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(new Error(`The job took longer than ${timeoutMs} ms`)), timeoutMs);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const working = work(signal);
  try {
    await Promise.race([working, aborted]);
  } catch (error) {
    if (signal.aborted) onLate(working);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
