import { type Catalogue, createCatalogue, type NewJob } from '@watchparty/redis-kit/jobs';
import { Compile } from 'typebox/compile';
import type { JobDeclaration, QueueName } from '../kernel/job.ts';

export const QUEUE_NAMES: readonly QueueName[] = ['email', 'imageProcessing', 'roomCleanup', 'events'];

/** The jobs of this version. */
export interface Jobs {
  readonly declarations: readonly JobDeclaration[];
  readonly catalogue: Catalogue;
  /** Undefined: another version's. */
  named(name: string): JobDeclaration | undefined;
  /** Whether a payload is one of the named job; false for another version's. */
  fits(name: string, payload: unknown): boolean;
}

export function createJobs(declarations: readonly JobDeclaration[]): Jobs {
  const byName = new Map(declarations.map((job) => [job.name, job]));
  const validators = new Map(declarations.map(({ name, payload }) => [name, Compile(payload)]));
  const fits = (name: string, payload: unknown): boolean => validators.get(name)?.Check(payload) ?? false;
  const kinds = declarations.map(({ payload: _payload, ...job }) =>
    ({ ...job, accepts: (value: unknown) => fits(job.name, value) }));
  const catalogue = createCatalogue(kinds, QUEUE_NAMES);
  return { declarations, catalogue, fits, named: (name) => byName.get(name) };
}

/** As the queue gets it: a payload that is confidential stays in the database. */
export function toQueue(
  job: JobDeclaration, { id, payload, delayMs }: { id: string; payload: unknown; delayMs?: number | null },
): NewJob {
  const shown = job.confidential === true ? {} : (payload as object);
  return { id, name: job.name, shown, ...(typeof delayMs === 'number' && { delayMs }) };
}
