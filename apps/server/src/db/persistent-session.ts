import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { streamOf } from './client-stream.ts';

const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 5_000;
/** A network that went silent is found by asking; the server's own keep-alive would take hours. */
const HEARTBEAT_INTERVAL_MS = 10_000;
const HEARTBEAT_TIMEOUT_MS = 5_000;

interface SessionOptions {
  readonly connectionString: string;
  /** Seen in `pg_stat_activity`. */
  readonly name: string;
  readonly log: Log;
  /** Runs on every fresh connection, before the session counts as open. `SessionRefused` ends it for good. */
  readonly setUp: (client: pg.Client) => Promise<unknown>;
  /** Runs before every attempt but the first. */
  readonly beforeReconnect?: () => Promise<unknown>;
  readonly onReconnect?: () => void;
  /** `setUp` refused a reconnected session: there will be no further attempt. */
  readonly onRefused?: () => void;
}

export class SessionRefused extends Error {}

export interface PersistentSession {
  /** PostgreSQL's process that serves it; undefined while it is lost. */
  processId(): number | undefined;
  close(): Promise<void>;
}

/**
 * A connection of its own for what lives as long as the session (LISTEN, advisory locks).
 * When it is lost it comes back by itself, with growing waits. Rejects if the first attempt fails.
 */
export async function openPersistentSession(options: SessionOptions): Promise<PersistentSession> {
  const closing = new AbortController();
  let current = await connect(options, onLost);
  let reconnecting: Promise<void> | undefined;

  function onLost(): void {
    if (closing.signal.aborted) return;
    options.log.warn({ session: options.name }, 'a database session was lost, connecting again');
    reconnecting = reconnect();
  }

  async function reconnect(): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !closing.signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        await options.beforeReconnect?.();
        const fresh = await connect(options, onLost);
        current = fresh;
        if (closing.signal.aborted) return;
        options.log.info({ session: options.name }, 'the database session is back');
        options.onReconnect?.();
        return;
      } catch (error) {
        if (error instanceof SessionRefused) {
          if (!closing.signal.aborted) options.onRefused?.();
          return;
        }
        const level = waitMs === FIRST_WAIT_MS ? 'warn' : 'debug';
        options.log[level]({ err: error, session: options.name }, 'the database is not back yet');
      }
      await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  return {
    processId: () => current.processId(),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await reconnecting;
      await current.end();
    },
  };
}

interface Connection {
  processId(): number | undefined;
  end(): Promise<void>;
}

async function connect(options: SessionOptions, onLost: () => void): Promise<Connection> {
  const client = new pg.Client({
    connectionString: options.connectionString,
    application_name: options.name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    options: '-c idle_session_timeout=0',
  });
  let open = false;
  let ended = false;
  let heartbeat: NodeJS.Timeout | undefined;
  client.on('error', () => {});
  client.on('end', () => {
    clearInterval(heartbeat);
    ended = true;
    if (open) onLost();
    open = false;
  });
  try {
    await client.connect();
    await options.setUp(client);
    if (ended) throw new Error('Connection terminated while it was being set up');
  } catch (error) {
    streamOf(client).destroy();
    throw error;
  }
  open = true;
  heartbeat = setInterval(() => void beat(client), HEARTBEAT_INTERVAL_MS).unref();
  return {
    processId: () => (open ? (client as { processID?: number }).processID : undefined),
    async end() {
      open = false;
      clearInterval(heartbeat);
      if (!ended) await client.end().catch(() => {});
    },
  };
}

async function beat(client: pg.Client): Promise<void> {
  const timeout = setTimeout(() => streamOf(client).destroy(), HEARTBEAT_TIMEOUT_MS);
  await client.query('SELECT 1').catch(() => {});
  clearTimeout(timeout);
}
