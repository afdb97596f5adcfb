import { databaseProblem, isConnectionLoss } from './database-problem.ts';
import type { Database } from './database.ts';
import { sqlState } from './sql-state.ts';

/** Class 08: the connection failed; 57P0x: shutting down. A timeout is not among them: the next try may need as long. */
const AWAY = /^(08...|57P0[1-5])$/;

/**
 * Whether work failed because PostgreSQL was away, and would have gone on otherwise. A refused connection may have been
 * to somebody else: then PostgreSQL is asked whether it is there.
 */
export async function cutShort(database: Pick<Database, 'health'>, thrown: unknown): Promise<boolean> {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const state = sqlState(error);
    if (state !== undefined && AWAY.test(state)) return true;
    if (!isConnectionLoss(error)) continue;
    if (!('syscall' in error)) return true;
    return database.health().then(() => false, (failure: unknown) => databaseProblem(failure) !== undefined);
  }
  return false;
}
