import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { Log } from '../kernel/log.ts';
import type { Tables } from './tables.ts';

/** A transaction in progress. */
export type Tx = Transaction<Tables>;

/** SQL that is not yet sent, to be made a part of another repo's statement: one round trip for both. */
export type Statement = RawBuilder<unknown>;

/** What repos take: the database itself or a transaction. */
export type Queries = Kysely<Tables>;

export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

export interface DatabaseSettings {
  /** `DATABASE_URL` of an own PostgreSQL ≥ 15; undefined: the embedded server. */
  readonly url: string | undefined;
  /** Absolute path; the embedded cluster lives in `postgres` below it. */
  readonly dataDir: string;
  /** Most connections that requests may use together. */
  readonly poolSize: number;
  /** A statement that runs longer is cancelled by the server (`service.unavailable`). */
  readonly statementTimeoutMs: number;
}

export interface DatabaseDeps {
  readonly log: Log;
  /** One line for the person who waits for the start. */
  readonly progress: (line: string) => void;
}

export interface Subscription {
  /** PostgreSQL's process that serves it, as `pg_stat_activity` names it; undefined while the connection is lost. */
  processId(): number | undefined;
  close(): Promise<void>;
}

export interface Database {
  /** For `*.repo.ts` only. */
  readonly kysely: Kysely<Tables>;
  /**
   * One transaction. On a serialization failure or deadlock (40001, 40P01) the work is run again in a
   * fresh one after a jittered wait, five times in all; so `work` must have no effect outside `tx`.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: { readonly isolation?: Isolation }): Promise<T>;
  /**
   * LISTEN on a connection of its own, which reconnects by itself.
   * `onReconnect`: notifications may have been missed since the last one.
   */
  listen(channel: string, onNotify: (payload: string) => void, onReconnect?: () => void): Promise<Subscription>;
  /** One round trip through the pool; throws when PostgreSQL does not answer. */
  health(): Promise<{ latencyMs: number }>;
  /** With the password: for psql, workers and tests, never for a log. */
  readonly connectionString: string;
  readonly embedded: boolean;
  /** Pool and listeners first, the embedded server last; resolves when all of it has ended. */
  close(): Promise<void>;
}
