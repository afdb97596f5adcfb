import type { AuditAction, AuditEvent, AuditQuery } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Write } from '../../kernel/write.ts';
import * as repo from './audit.repo.ts';
import { auditView } from './audit.views.ts';
import { shownProgram } from './shown-program.ts';

/** Where something was asked from. */
interface Client {
  readonly userAgent: string;
  readonly ip: string;
}

/** Holds nothing that somebody typed. AU3 */
export interface AuditEntry {
  readonly action: AuditAction;
  /** Whose account it is about; left out where nobody can tell. */
  readonly userId?: number;
  /** Who did it; left out for somebody who is not signed in. */
  readonly actorId?: number;
  readonly sessionId?: string;
  readonly client?: Client;
  /** Words of the code's own, numbers and flags. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** Of what somebody does to their own account. */
export const byOwner = ({ userId, sessionId }: Pick<Actor, 'userId' | 'sessionId'>) => ({ userId, actorId: userId, sessionId });

export interface AuditPage {
  readonly items: AuditEvent[];
  readonly nextCursor: string | null;
}

export interface Audit {
  /** In the transaction of what it tells of. AU1 */
  record(tx: Tx, entry: AuditEntry): Promise<void>;
  /** Newest first. AU5 */
  list(query: AuditQuery): Promise<AuditPage>;
  /** How many events that are too old were removed. AU6 */
  sweep(write: Write): Promise<number>;
}

interface Deps {
  readonly queries: Queries;
  readonly retentionDays: number;
  readonly clock: Clock;
  /** Events of one change. */
  readonly batchSize?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export function createAudit({ queries, retentionDays, clock, batchSize = 1000 }: Deps): Audit {
  return {
    record: (tx, { action, userId = null, actorId = null, sessionId = null, client, details = {} }) =>
      repo.insert(tx, {
        at: new Date(clock.now()), action, user_id: userId, actor_id: actorId, session_id: sessionId,
        ip: client?.ip ?? null, user_agent: client === undefined ? null : shownProgram(client.userAgent),
        details: JSON.stringify(details),
      }),

    async list({ cursor, limit = 50, userId, action }) {
      const rows = await repo.list(queries, { before: cursor, userId, action, limit: limit + 1 });
      const kept = rows.slice(0, limit);
      return { items: kept.map(auditView), nextCursor: rows.length > limit ? String(kept.at(-1)!.id) : null };
    },

    async sweep(write) {
      const before = new Date(clock.now() - retentionDays * DAY_MS);
      let removed = 0;
      for (;;) {
        const count = await write((tx) => repo.removeBefore(tx, before, batchSize));
        removed += count;
        if (count < batchSize) return removed;
      }
    },
  };
}
