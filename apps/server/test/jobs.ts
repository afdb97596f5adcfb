import { randomUUID } from 'node:crypto';
import type { Tx } from '../src/db/index.ts';
import type { JobHandler } from '../src/kernel/job.ts';
import type { Write } from '../src/kernel/write.ts';

interface Run {
  readonly write: Write;
  readonly id?: string;
  readonly signal?: AbortSignal;
  readonly done?: (tx: Tx) => Promise<void>;
}

/** One try of the job called `name`, as a worker makes it, without the queue around it. */
export async function tryJob(
  handlers: readonly JobHandler[], name: string, payload: object, { write, id = randomUUID(), signal, done }: Run,
): Promise<void> {
  const handler = handlers.find(({ job }) => job.name === name);
  if (handler === undefined) throw new Error(`No job is called ${name}`);
  await handler.handle({
    id, attempt: 1, payload, write, signal: signal ?? new AbortController().signal, done: done ?? (() => Promise.resolve()),
  });
}
