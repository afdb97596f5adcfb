import type { JobLedger } from '@watchparty/redis-kit/jobs';
import type { Queries } from '../db/index.ts';
import { type Batcher, createBatcher } from '../kernel/batcher.ts';
import * as repo from './jobs.repo.ts';

export interface Ledger extends JobLedger {
  /** Settles when nothing is under way. */
  idle(): Promise<void>;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** The table `jobs`; what runs side by side asks and records in one statement. */
export function createLedger(queries: Queries): Ledger {
  const opened = createBatcher<string, Outcome<ReadonlyMap<string, { payload: unknown }>>>((ids) =>
    caught(async () => new Map((await repo.open(queries, ids)).map((row) => [row.id, row]))));
  const completed = new Map<string, Batcher<string, Outcome<void>>>();
  const completedOf = (queue: string): Batcher<string, Outcome<void>> => {
    let batcher = completed.get(queue);
    if (batcher === undefined) {
      batcher = createBatcher((ids) => caught(() => repo.complete(queries, queue, ids)));
      completed.set(queue, batcher);
    }
    return batcher;
  };

  return {
    open: async ({ id }) => valueOf(await opened.add([id])).get(id),
    done: async ({ id, kind }) => valueOf(await completedOf(kind.queue).add([id])),
    failed: ({ id }, error) => repo.fail(queries, id, error.message.slice(0, 2000).replaceAll('\0', '')),
    async idle() {
      await opened.idle();
      await Promise.all([...completed.values()].map((batcher) => batcher.idle()));
    },
  };
}

async function caught<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
