import { StartError } from '../kernel/start-error.ts';
import type { Log } from '../kernel/log.ts';
import { holdAdvisoryLock } from './advisory-lock.ts';
import type { Database } from './database.ts';

interface SingleNodeOptions {
  /** The connection broke, and another node took the lock meanwhile: this one must stop. */
  readonly onLost: () => void;
  readonly log: Log;
}

/** For a node without Redis: two in-process caches cannot agree. `StartError` when another node holds it. */
export async function takeSingleNodeLock(
  database: Pick<Database, 'connectionString'>,
  options: SingleNodeOptions,
): Promise<{ release(): Promise<void> }> {
  const { connectionString } = database;
  const held = await holdAdvisoryLock({ connectionString, lock: 'singleNode', ...options });
  if (!held) {
    throw new StartError(
      'Another WatchParty node without Redis uses this database. Stop it, or set REDIS_URL on every node.',
    );
  }
  return { release: () => held.close() };
}
