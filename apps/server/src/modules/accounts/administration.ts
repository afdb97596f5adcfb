import type { AdminUser, AdminUsersQuery, PatchAdminUserBody } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type PageOf, pageOf } from '../../kernel/page.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { type Audit, type AuditEntry, byOwner } from '../audit/index.ts';
import { profileChanged } from './accounts.cache.ts';
import { adminUser } from './accounts.views.ts';
import * as repo from './administration.repo.ts';
import * as resets from './password-resets.repo.ts';
import * as factors from './second-factor.repo.ts';
import type { Client, SessionOpener } from './sign-in.ts';

export interface AdministrationDeps {
  readonly queries: Queries;
  readonly sessions: Pick<SessionOpener, 'requireRecentProof' | 'endAll'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
}

/** What administrators do to accounts. AC23–AC25 */
export function createAdministration({ queries, sessions, audit, clock }: AdministrationDeps) {
  async function view(id: number): Promise<AdminUser> {
    const row = await repo.find(queries, id);
    if (row === undefined) throw new Problem('accounts.not_found');
    return adminUser(row);
  }

  return {
    async users({ page = 1, limit = 10, q, role, disabled }: AdminUsersQuery): Promise<PageOf<AdminUser>> {
      const { rows, total } = await repo.list(queries, { q, role, disabled }, { limit, offset: (page - 1) * limit });
      return pageOf(rows.map(adminUser), total, { page, limit });
    },

    user: view,

    /** What stays as it is ends nobody's session and is no event. */
    async changeUser(
      write: Write, actor: Actor, id: number, { role, disabled }: PatchAdminUserBody, client: Client,
    ): Promise<AdminUser> {
      await sessions.requireRecentProof(actor.sessionId);
      await write(async (tx, effects) => {
        const { row, admins } = await repo.lockWithAdmins(tx, id);
        if (row === undefined) throw new Problem('accounts.not_found');
        const wasDisabled = row.disabled_at !== null;
        const after = { role: role ?? row.role, disabled: disabled ?? wasDisabled };
        const wasAdmin = row.role === 'admin' && !wasDisabled;
        if (wasAdmin && (after.role !== 'admin' || after.disabled) && admins === 1) throw new Problem('accounts.last_admin');

        const note = (entry: Pick<AuditEntry, 'action' | 'details'>) =>
          audit.record(tx, { ...entry, ...byOwner(actor), userId: id, client });
        effects.add(profileChanged(id, { username: false, looks: true }));
        const now = new Date(clock.now());
        await repo.change(tx, id, { role: after.role, disabled_at: after.disabled ? (row.disabled_at ?? now) : null }, now);
        if (after.role !== row.role) await note({ action: 'account.role_changed', details: { from: row.role, to: after.role } });
        if (after.disabled === wasDisabled) return;
        if (after.disabled) {
          await resets.removeOf(tx, id);
          await sessions.endAll(tx, effects, id);
        }
        await note({ action: after.disabled ? 'account.disabled' : 'account.enabled' });
      });
      return view(id);
    },

    /** For somebody who has lost their app and their recovery codes. */
    async removeSecondFactor(write: Write, actor: Actor, id: number, client: Client): Promise<AdminUser> {
      await sessions.requireRecentProof(actor.sessionId);
      await write(async (tx) => {
        if (!(await factors.remove(tx, id))) {
          throw new Problem((await repo.find(tx, id)) === undefined ? 'accounts.not_found' : 'accounts.second_factor_missing');
        }
        await audit.record(tx, { action: 'second_factor.disabled', ...byOwner(actor), userId: id, client });
      });
      return view(id);
    },
  };
}
