import type { BulkJobOptions } from 'bullmq';
import type { JobKind, NewJob } from './types.ts';

export interface Catalogue {
  readonly queues: readonly string[];
  /** Undefined: the kind belongs to another version. */
  kind(name: string): JobKind | undefined;
  /** A job as BullMQ takes it. Throws for a name that is not in the catalogue. */
  bulk(job: NewJob): { readonly queue: string; readonly name: string; readonly data: object; readonly opts: BulkJobOptions };
}

/** A node says after two seconds at most what it runs; one that takes longer has fallen silent. */
const AGAIN_AFTER_MS = 3000;

/** All kinds of jobs there are, and what each means to BullMQ. `queues` names those that exist although nothing uses them yet. */
export function createCatalogue(kinds: readonly JobKind[], queues: readonly string[] = []): Catalogue {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  if (byName.size !== kinds.length) throw new Error('Two kinds of jobs share a name');
  const withHigh = new Set(kinds.filter(({ priority }) => priority === 'high').map(({ queue }) => queue));
  const optionsByName = new Map(kinds.map((kind) => [kind.name, optionsOf(kind)]));

  function optionsOf(kind: JobKind): BulkJobOptions {
    return {
      attempts: kind.attempts,
      backoff: { type: 'exponential', delay: kind.backoffMs },
      removeOnComplete: true,
      ...(kind.keepFailedSeconds !== undefined && { removeOnFail: { age: kind.keepFailedSeconds } }),
      stackTraceLimit: 5,
      // BullMQ runs jobs without a priority before all that have one, and orders the latter at some cost.
      ...(withHigh.has(kind.queue) && kind.priority !== 'high' && { priority: 1 }),
    };
  }

  return {
    queues: [...new Set([...queues, ...kinds.map(({ queue }) => queue)])],
    kind: (name) => byName.get(name),
    bulk(job) {
      const kind = byName.get(job.name);
      if (kind === undefined) throw new Error(`No job is called ${job.name}`);
      const delay = Math.max(job.delayMs ?? 0, job.again === true ? AGAIN_AFTER_MS : 0);
      const opts = { ...optionsByName.get(job.name)!, jobId: job.id, ...(delay > 0 && { delay }) };
      return { queue: kind.queue, name: job.name, data: job.shown, opts };
    },
  };
}
