import { AuditEvent, AuditQuery, CursorPage } from '@watchparty/protocol';
import { jsonRoute, type Route } from '../../kernel/route.ts';
import type { Audit } from './audit.ts';

export function auditRoutes(audit: Pick<Audit, 'list'>): Route[] {
  return [
    jsonRoute({
      method: 'GET', path: '/api/admin/audit', id: 'listAuditEvents', tag: 'Administration', access: 'admin',
      summary: 'What happened to accounts and sessions, newest first', query: AuditQuery, response: CursorPage(AuditEvent),
      handle: ({ query }) => audit.list(query),
    }),
  ];
}
