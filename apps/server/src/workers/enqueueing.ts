import { type JobQueues, QueueUnavailable } from '@watchparty/redis-kit/jobs';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { JOB_ENQUEUED } from '../kernel/job.ts';
import type { Log } from '../kernel/log.ts';
import type { Effect } from '../kernel/write.ts';
import { type EffectHandler, effectKind, EffectUnavailable } from '../outbox/index.ts';
import { type Jobs, toQueue } from './catalogue.ts';
import * as repo from './jobs.repo.ts';

const Payload = Type.Object({
  name: Type.String(),
  payload: Type.Unknown(),
  delayMs: Type.Optional(Type.Number({ minimum: 0 })),
}, { additionalProperties: false });

const Retried = Type.Object({ id: Type.String(), name: Type.String(), payload: Type.Unknown() }, { additionalProperties: false });
const retriedKind = effectKind('job.retried', Retried, { answerWaits: false });

/** The effect of taking a failed job up again. */
export const retried = (row: Type.Static<typeof Retried>): Effect => retriedKind.of(row);

interface Deps {
  readonly jobs: Jobs;
  readonly queues: Pick<JobQueues, 'add' | 'retry'>;
  readonly log: Log;
}

export function jobEffects(deps: Deps): EffectHandler[] {
  return [enqueueing(deps), retrying(deps)];
}

function retrying({ jobs, queues }: Deps): EffectHandler {
  return retriedKind.handler(async (payloads) => {
    for (const row of payloads) {
      const job = jobs.named(row.name);
      if (job === undefined) throw new Error(`No job is called ${row.name}`);
      await reached(() => queues.retry(toQueue(job, row)));
    }
  });
}

async function reached(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof QueueUnavailable) throw new EffectUnavailable('The queues cannot be reached', { cause });
    throw cause;
  }
}

/** Commits a job with the change that needs it, and hands it to its queue behind the answer. */
function enqueueing({ jobs, queues, log }: Deps): EffectHandler {
  const handler = effectKind(JOB_ENQUEUED, Payload, { answerWaits: false, unlocked: true }).handler(async (payloads, ids) => {
    const known = payloads.map(({ name, payload, delayMs }, at) => {
      const job = jobs.named(name);
      if (job === undefined) throw new Error(`No job is called ${name}`);
      return { job, added: toQueue(job, { id: ids[at]!, payload, ...(delayMs !== undefined && { delayMs }) }) };
    });
    await reached(() => queues.add(known.map(({ added }) => added)));
    for (const { job, added } of known) log.info({ job: job.name, jobId: added.id }, `Job added to queue [${job.queue}]`);
  });

  return {
    ...handler,
    record: async (tx, effects, insertion) => {
      const rows = effects.map(({ id, payload: effect }) => {
        const { name, payload, delayMs } = effect as Type.Static<typeof Payload>;
        const job = jobs.named(name);
        if (job === undefined) throw new Error(`No job is called ${name}`);
        if (!Check(job.payload, payload)) throw new Error(`The payload does not fit the job ${name}`);
        return { id, queue: job.queue, name, payload, delayMs: delayMs ?? null };
      });
      await repo.insert(tx, rows, insertion);
    },
  };
}
