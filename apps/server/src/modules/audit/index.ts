export { type Audit, type AuditEntry, createAudit } from './audit.ts';
export { auditRoutes } from './audit.http.ts';
