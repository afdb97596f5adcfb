import type { Socket } from 'node:net';
import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { streamOf } from './client-stream.ts';

/** A request that gets no connection within this time is refused (`service.unavailable`). */
const CONNECT_TIMEOUT_MS = 2_000;
/** A lock is awaited less long than a statement may run, so that the cause is named. */
const LOCK_TIMEOUT_SHARE = 0.5;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
const SILENCE_MARGIN_MS = 5_000;

interface PoolSettings {
  readonly connectionString: string;
  readonly size: number;
  readonly statementTimeoutMs: number;
  /** After so long without a byte, a connection in use has lost its network; by default past every server timeout. */
  readonly silenceTimeoutMs?: number;
}

export function createPool(settings: PoolSettings, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: settings.connectionString,
    application_name: 'watchparty',
    max: settings.size,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: settings.statementTimeoutMs,
    lock_timeout: Math.ceil(settings.statementTimeoutMs * LOCK_TIMEOUT_SHARE),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    options: '-c TimeZone=UTC',
    types: columnTypes,
  });
  // The pool listens to idle clients only; one that is lost while checked out would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  // Not the error itself: pg hangs the whole client on it.
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'a database connection was lost'));
  const longestMs = Math.max(settings.statementTimeoutMs, IDLE_IN_TRANSACTION_TIMEOUT_MS);
  const silenceMs = settings.silenceTimeoutMs ?? longestMs + SILENCE_MARGIN_MS;
  pool.on('acquire', (client) => streamOf(client).setTimeout(silenceMs, destroySilent));
  pool.on('release', (_error, client) => streamOf(client).setTimeout(0, destroySilent));
  return pool;
}

/** Not query_timeout: pg would give the connection back with the query still in it. */
function destroySilent(this: Socket): void {
  this.destroy(new Error('Connection terminated: PostgreSQL did not answer'));
}

const { INT8, DATE } = pg.types.builtins;
const INT8_ARRAY = 1016;
const TEXT_ARRAY = 1009;
const parseTextArray = pg.types.getTypeParser(TEXT_ARRAY as number, 'text') as (text: string) => (string | null)[];

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, parseInt8],
  [INT8_ARRAY, (text) => parseTextArray(text).map((item) => (item === null ? null : parseInt8(item)))],
  // A calendar day has no time zone: pg's default would make local midnight of it.
  [DATE, (text) => text],
]);

/** bigint as number (as text beyond 2^53), date as `YYYY-MM-DD`, timestamptz as `Date`, numeric as text. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) || pg.types.getTypeParser(oid, format),
};

function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}
