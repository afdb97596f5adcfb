import { type Catalogue, createCatalogue, type NewJob } from '@watchparty/redis-kit/jobs';
import { Check } from 'typebox/value';
import type { JobDeclaration, QueueName } from '../kernel/job.ts';

export const QUEUE_NAMES: readonly QueueName[] = ['email', 'imageProcessing', 'roomCleanup'];

/** The jobs of this version. */
export interface Jobs {
  readonly declarations: readonly JobDeclaration[];
  readonly catalogue: Catalogue;
  /** Undefined: another version's. */
  named(name: string): JobDeclaration | undefined;
}

export function createJobs(declarations: readonly JobDeclaration[]): Jobs {
  const byName = new Map(declarations.map((job) => [job.name, job]));
  const kinds = declarations.map(({ payload, ...job }) => ({ ...job, accepts: (value: unknown) => Check(payload, value) }));
  const catalogue = createCatalogue(kinds, QUEUE_NAMES);
  return { declarations, catalogue, named: (name) => byName.get(name) };
}

/** As the queue gets it: a payload that is confidential stays in the database. */
export function toQueue(job: JobDeclaration, { id, payload, delayMs }: { id: string; payload: unknown; delayMs?: number }): NewJob {
  const shown = job.confidential === true ? {} : (payload as object);
  return { id, name: job.name, shown, ...(delayMs !== undefined && { delayMs }) };
}
