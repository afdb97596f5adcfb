import type { Kysely } from 'kysely';
import { sqlState } from './sql-state.ts';
import type { Database, Isolation, Tx } from './database.ts';
import type { Tables } from './tables.ts';

const ATTEMPTS = 5;
const FIRST_WAIT_MS = 5;
const RETRIED = new Set(['40001', '40P01']);

interface TransactionDeps {
  /** In [0, 1). */
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

export function createTransaction(kysely: Kysely<Tables>, deps: TransactionDeps): Database['transaction'] {
  return async function transaction<T>(
    work: (tx: Tx) => Promise<T>,
    options: { readonly isolation?: Isolation } = {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const builder = kysely.transaction();
        return await (options.isolation ? builder.setIsolationLevel(options.isolation) : builder).execute(work);
      } catch (error) {
        if (attempt === ATTEMPTS || !RETRIED.has(sqlState(error) ?? '')) throw error;
      }
      // Full jitter: two that collided must not meet again.
      await deps.wait(deps.random() * FIRST_WAIT_MS * 4 ** (attempt - 1));
    }
  };
}
