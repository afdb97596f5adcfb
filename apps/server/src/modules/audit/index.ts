export { type Audit, type AuditEntry, byOwner, createAudit } from './audit.ts';
export { auditRoutes } from './audit.http.ts';
