import type {
  AdminUser, AdminUsersQuery, AuditEvent, AuditQuery, Figures, FiguresQuery, PatchAdminUserBody,
} from '@watchparty/protocol';
import type { Caller, CallOptions } from './caller.ts';
import type { CursorPage, Page } from './page.ts';

/** For administrators. Changes only within 15 minutes after signing in or `accounts.reauthenticate`. */
export function administrationCalls({ data }: Caller) {
  return {
    /** The last hour of the node that answers; with its name and a time, what came after it. */
    figures: (query: FiguresQuery = {}, { signal }: CallOptions = {}): Promise<Figures> =>
      data({ method: 'GET', path: '/api/admin/figures', query: { ...query }, signal }),

    /** The newest first. */
    users: (query: AdminUsersQuery = {}, { signal }: CallOptions = {}): Promise<Page<AdminUser>> =>
      data({ method: 'GET', path: '/api/admin/users', query: { ...query }, signal }),

    getUser: (id: number, { signal }: CallOptions = {}): Promise<AdminUser> =>
      data({ method: 'GET', path: `/api/admin/users/${id}`, signal }),

    /** Promotes, demotes, disables (which ends all their sessions at once) or enables somebody. */
    changeUser: (id: number, changes: PatchAdminUserBody, { signal }: CallOptions = {}): Promise<AdminUser> =>
      data({ method: 'PATCH', path: `/api/admin/users/${id}`, body: changes, signal }),

    /** For somebody who has lost their app and their recovery codes. */
    removeSecondFactor: (id: number, { signal }: CallOptions = {}): Promise<AdminUser> =>
      data({ method: 'DELETE', path: `/api/admin/users/${id}/second-factor`, signal }),

    /** What happened to accounts and sessions, newest first. */
    audit: (query: AuditQuery = {}, { signal }: CallOptions = {}): Promise<CursorPage<AuditEvent>> =>
      data({ method: 'GET', path: '/api/admin/audit', query: { ...query }, signal }),
  };
}
