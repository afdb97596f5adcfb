import pg from 'pg';
import { StartError } from '../kernel/start-error.ts';
import { streamOf } from './client-stream.ts';
import { sqlState } from './sql-state.ts';

const OLDEST_MAJOR = 15;
const CONNECT_TIMEOUT_MS = 5_000;

/** Connects once to the PostgreSQL of `DATABASE_URL`; a `StartError` says in one line why it will not do. */
export async function checkOwnServer(connectionString: string): Promise<void> {
  const client = createClient(connectionString);
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version') AS version");
    checkVersion(rows[0]?.version ?? '');
  } catch (error) {
    throw error instanceof StartError ? error : explainConnectError(error, client);
  } finally {
    streamOf(client).destroy();
  }
}

/** `version` as in `server_version`: `14.11 (Debian 14.11-1)`, `17beta1`. */
export function checkVersion(version: string): void {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return;
  throw new StartError(
    `DATABASE_URL leads to PostgreSQL ${version || 'of an unknown version'}; WatchParty needs ${OLDEST_MAJOR} or newer.`,
  );
}

function createClient(connectionString: string): pg.Client {
  try {
    return new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  } catch {
    throw new StartError('DATABASE_URL is not an address of PostgreSQL (postgres://user:password@host:5432/database).');
  }
}

type Target = Pick<pg.Client, 'host' | 'port' | 'user'> & { readonly database?: string | undefined };

/** Never with the password: the target is named from its parts. */
export function explainConnectError(error: unknown, target: Target): StartError {
  const at = `${target.host}:${target.port}`;
  const as = `"${target.user ?? ''}"`;
  const { code, message } = error as { code?: string; message?: string };
  const why = (() => {
    switch (sqlState(error) ?? code) {
      case 'ECONNREFUSED':
        return `nothing listens at ${at}; is PostgreSQL running?`;
      case 'ENOENT':
        return `there is no socket at ${at}; is PostgreSQL running?`;
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        return `the host ${target.host} is not known.`;
      case '28P01':
        return `PostgreSQL at ${at} refused the password of ${as}.`;
      case '28000':
        return `PostgreSQL at ${at} does not let ${as} in (role or pg_hba.conf).`;
      case '3D000':
        return `there is no database "${target.database ?? ''}" at ${at}; create it first.`;
      case '42501':
        return `${as} may not connect to the database "${target.database ?? ''}" at ${at}.`;
      case '53300':
        return `PostgreSQL at ${at} has no free connection.`;
      case '57P03':
        return `PostgreSQL at ${at} is starting up or shutting down.`;
      default:
        return `${firstLine(message) || code || 'the connection failed'} (${at}).`;
    }
  })();
  return new StartError(`DATABASE_URL does not work: ${why}`, { cause: error });
}

function firstLine(text = ''): string {
  return text.split('\n', 1)[0] ?? '';
}
