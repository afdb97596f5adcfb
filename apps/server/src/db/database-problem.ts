import { Problem } from '../kernel/problem.ts';
import { sqlState } from './sql-state.ts';

const RETRY_AFTER_SECONDS = 2;

/** Class 08: the connection failed; 53300: too many connections; 57014, 55P03: a timeout; 57P0x: shutting down. */
const UNAVAILABLE = /^(08...|53300|53200|57014|57P0[1-5]|55P03|25P03|25P04|40001|40P01)$/;
const FULL = /^(53100)$/;

/** Node's codes for a server that is not there, or went away. */
const LOST = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOENT', 'ETIMEDOUT',
  'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN',
]);

/** pg reports these without a code. */
const LOST_MESSAGES = [
  'Connection terminated',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Cannot use a pool after calling end on the pool',
];

/**
 * What an error of PostgreSQL or of the way to it means for a request:
 * `service.unavailable` (away, overloaded, too slow), `storage.full`, or undefined: a mistake of ours.
 */
export function databaseProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || error instanceof Problem) return undefined;
  const state = sqlState(error);
  if (state !== undefined) {
    if (FULL.test(state) || (state === '58030' && /no space left|ENOSPC/i.test(error.message))) {
      return new Problem('storage.full', { cause: error });
    }
    return UNAVAILABLE.test(state) ? unavailable(error) : undefined;
  }
  return isConnectionLoss(error) ? unavailable(error) : undefined;
}

/** Whether the error came from the way to PostgreSQL rather than from PostgreSQL. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  // ENOENT is a missing socket only when connecting: a missing file is another matter.
  if (typeof code === 'string' && LOST.has(code)) return code !== 'ENOENT' || syscall === 'connect';
  return LOST_MESSAGES.some((message) => error.message.startsWith(message));
}

function unavailable(cause: Error): Problem {
  return new Problem('service.unavailable', { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
