import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { openPersistentSession, SessionRefused, type PersistentSession } from './persistent-session.ts';

/** First half of our advisory lock keys ("WtPy"), so that they meet no other program's in the same database. */
const LOCK_SPACE = 0x57745079;

/** Advisory locks belong to one database; each name is the second half of a key. */
export const LOCKS = { migration: 1, singleNode: 2, embeddedOwner: 3 } as const;
type LockName = keyof typeof LOCKS;

/** How long a lock whose session is just dying is waited for. */
const LINGER_MS = 3_000;
const TRY_INTERVAL_MS = 50;

interface LockOptions {
  readonly connectionString: string;
  readonly lock: LockName;
  readonly log: Log;
  readonly beforeReconnect?: () => Promise<unknown>;
  /** The session was lost, and by the time it was back somebody else held the lock. */
  readonly onLost: () => void;
}

/**
 * Holds the lock for as long as this process lives: it ends with the session, so also with `kill -9`.
 * Undefined when somebody else holds it.
 */
export async function holdAdvisoryLock(options: LockOptions): Promise<PersistentSession | undefined> {
  const key = LOCKS[options.lock];
  let formerPid: number | undefined;
  try {
    return await openPersistentSession({
      connectionString: options.connectionString,
      name: `watchparty lock ${options.lock}`,
      log: options.log,
      async setUp(client) {
        // After a broken network the server may still keep our own former session, and its lock.
        if (formerPid !== undefined) await endHolder(client, key, formerPid);
        for (let triesLeft = LINGER_MS / TRY_INTERVAL_MS; !(await tryLock(client, key)); triesLeft -= 1) {
          if (triesLeft <= 0) throw new SessionRefused(`another session holds the lock ${options.lock}`);
          await sleep(TRY_INTERVAL_MS);
        }
        formerPid = await backendPid(client);
      },
      ...(options.beforeReconnect ? { beforeReconnect: options.beforeReconnect } : {}),
      onRefused: options.onLost,
    });
  } catch (error) {
    if (error instanceof SessionRefused) return undefined;
    throw error;
  }
}

export async function tryLock(client: pg.ClientBase, key: number): Promise<boolean> {
  const sql = 'SELECT pg_try_advisory_lock($1, $2) AS held';
  const { rows } = await client.query<{ held: boolean }>(sql, [LOCK_SPACE, key]);
  return rows[0]?.held === true;
}

/** Waits for as long as it takes. */
export async function waitForLock(client: pg.ClientBase, key: number): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1, $2)', [LOCK_SPACE, key]);
}

async function backendPid(client: pg.ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}

/** Ends session `pid` if it is the one that holds the lock. */
async function endHolder(client: pg.ClientBase, key: number, pid: number): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks
      WHERE locktype = 'advisory' AND granted AND pid = $3
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid::bigint = $1 AND objid::bigint = $2 AND objsubid = 2`,
    [LOCK_SPACE, key, pid],
  );
}
