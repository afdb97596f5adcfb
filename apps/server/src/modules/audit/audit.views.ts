import type { AuditAction, AuditEvent } from '@watchparty/protocol';
import type { AuditRow } from './audit.repo.ts';

export const auditView = (row: AuditRow): AuditEvent => ({
  id: row.id,
  at: row.at.toISOString(),
  action: row.action as AuditAction,
  user: row.user_id === null ? null : { id: row.user_id, username: row.username },
  actor: row.actor_id === null ? null : { id: row.actor_id, username: row.actorname },
  sessionId: row.session_id,
  ip: row.ip,
  userAgent: row.user_agent,
  details: row.details,
});
