import { type JobQueues, type NewJob, QueueUnavailable } from '@watchparty/redis-kit/jobs';
import Type from 'typebox';
import type { Queries } from '../db/index.ts';
import { JOB_ENQUEUED } from '../kernel/job.ts';
import type { Log } from '../kernel/log.ts';
import type { Effect } from '../kernel/write.ts';
import { type EffectHandler, effectKind, EffectUnavailable, type Gathered, type RecordedEffect } from '../outbox/index.ts';
import { type Jobs, toQueue } from './catalogue.ts';
import * as repo from './jobs.repo.ts';

const Enqueued = Type.Object({
  name: Type.String(),
  payload: Type.Unknown(),
  delayMs: Type.Optional(Type.Number({ minimum: 0 })),
}, { additionalProperties: false });

const enqueuedKind = effectKind(JOB_ENQUEUED, Enqueued, { answerWaits: false });

const Committed = Type.Object({ ids: Type.Array(Type.String()) }, { additionalProperties: false });
const committedKind = effectKind('jobs.committed', Committed, { answerWaits: false, unlocked: true });

const Retried = Type.Object({ id: Type.String(), name: Type.String(), payload: Type.Unknown() }, { additionalProperties: false });
const retriedKind = effectKind('job.retried', Retried, { answerWaits: false });

/** As many as one effect hands over. */
const MOST = 100;
/** As many as are read and added at once, when they are handed over again. */
const PAGE = 500;
/** After this another node may have handed them over: less than the outbox leaves them to this one. */
const FRESH_MS = 800;

/** The effect of taking a failed job up again. */
export const retried = (row: Type.Static<typeof Retried>): Effect => retriedKind.of(row);

interface Deps {
  readonly jobs: Jobs;
  readonly queues: Pick<JobQueues, 'add' | 'retry'>;
  readonly queries: Queries;
  readonly log: Log;
}

/** Commits jobs with the change that needs them, and hands them to their queues behind the answer. */
export function jobEffects(deps: Deps): EffectHandler[] {
  const { jobs } = deps;
  const { handOver, handOverAgain } = handing(deps);
  /** What this process has just written need not be read again. */
  const fresh = new WeakMap<object, { readonly added: readonly NewJob[]; readonly sinceMs: number }>();

  function gather(effects: readonly RecordedEffect<Type.Static<typeof Enqueued>>[]): Gathered {
    const rows = effects.map(({ id, payload: { name, payload, delayMs } }) => {
      const job = jobs.named(name);
      if (job === undefined) throw new Error(`No job is called ${name}`);
      if (!jobs.fits(name, payload)) throw new Error(`The payload does not fit the job ${name}`);
      return { id, queue: job.queue, name, payload, delayMs: delayMs ?? null };
    });
    const sinceMs = performance.now();
    const committed: Effect[] = [];
    for (let start = 0; start < rows.length; start += MOST) {
      const slice = rows.slice(start, start + MOST);
      const payload = { ids: slice.map(({ id }) => id) };
      fresh.set(payload, { sinceMs, added: slice.map((row) => toQueue(jobs.named(row.name)!, row)) });
      committed.push(committedKind.of(payload));
    }
    return { effects: committed, record: (tx, insertion) => repo.insert(tx, rows, insertion) };
  }

  return [
    // Rows of this kind are an older version's, which wrote one for each job, under its id.
    enqueuedKind.handler((_payloads, ids, tx) => handOverAgain(ids, tx), gather),
    committedKind.handler(async (payloads, _ids, tx) => {
      const known = payloads.map((payload) => ({ ...payload, mine: fresh.get(payload) }));
      const late = performance.now() - FRESH_MS;
      const added = known.flatMap(({ mine }) => {
        if (mine === undefined) return [];
        return mine.sinceMs > late ? mine.added : mine.added.map((job) => ({ ...job, again: true }));
      });
      if (added.length > 0) await handOver(added);
      const others = known.flatMap(({ ids, mine }) => (mine === undefined ? ids : []));
      if (others.length > 0) await handOverAgain(others, tx);
    }),
    retriedKind.handler(async (payloads) => {
      for (const row of payloads) {
        const job = jobs.named(row.name);
        if (job === undefined) throw new Error(`No job is called ${row.name}`);
        await reached(() => deps.queues.retry(toQueue(job, row)));
      }
    }),
  ];
}

function handing({ jobs, queues, queries, log }: Deps) {
  async function handOver(added: readonly NewJob[]): Promise<void> {
    await reached(() => queues.add(added));
    for (const { id, name } of added) log.info({ job: name, jobId: id }, `Job added to queue [${jobs.named(name)?.queue}]`);
  }

  return {
    handOver,
    /** Those of them that are still open; perhaps once more, so that one may be running already. */
    async handOverAgain(ids: readonly string[], tx: Queries | undefined): Promise<void> {
      const unknown = new Set<string>();
      for (let start = 0; start < ids.length; start += PAGE) {
        const rows = await repo.openAmong(tx ?? queries, ids.slice(start, start + PAGE));
        await handOver(rows.flatMap((row) => {
          const job = jobs.named(row.name);
          if (job === undefined) unknown.add(row.name);
          return job === undefined ? [] : [{ ...toQueue(job, row), again: true }];
        }));
      }
      // A newer version's: one of its nodes will hand them over.
      if (unknown.size > 0) throw new Error(`No job is called ${[...unknown].join(', ')}`);
    },
  };
}

async function reached(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof QueueUnavailable) throw new EffectUnavailable('The queues cannot be reached', { cause });
    throw cause;
  }
}
