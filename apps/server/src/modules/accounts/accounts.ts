import type { OwnProfile, PatchProfileBody, PutProfileBody, ReauthenticateBody, User } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { type Audit, byOwner } from '../audit/index.ts';
import { profileChanged } from './accounts.cache.ts';
import { accountMails } from './accounts.jobs.ts';
import * as repo from './accounts.repo.ts';
import { ownProfile, publicUser } from './accounts.views.ts';
import { type AdministrationDeps, createAdministration } from './administration.ts';
import type { Attempts } from './attempts.ts';
import type { DeviceCookies } from './device-cookie.ts';
import { storedEmail } from './email.ts';
import { createGuests, type GuestDeps } from './guests.ts';
import { createLogin, type LoginDeps } from './login.ts';
import { createPasswordResets, type PasswordResetDeps } from './password-reset.ts';
import * as resets from './password-resets.repo.ts';
import { createProofs, type ProofDeps } from './proof.ts';
import { createRegistration, type RegistrationDeps, type RegistrationSettings, unlessTaken } from './registration.ts';
import { createSecondFactors, type SecondFactorDeps } from './second-factor.ts';
import type { Client } from './sign-in.ts';

export type AccountsSettings = RegistrationSettings;
export type AccountsDeps =
  & RegistrationDeps & PasswordResetDeps & LoginDeps & ProofDeps & SecondFactorDeps & GuestDeps & AdministrationDeps
  & { readonly attempts: Attempts; readonly deviceCookies: DeviceCookies; readonly audit: Audit };
export type Accounts = ReturnType<typeof createAccounts>;

export function createAccounts(settings: AccountsSettings, deps: AccountsDeps) {
  const { queries, passwords, passwordRule, sessions, audit, deviceCookies, clock } = deps;
  const registration = createRegistration(settings, deps);
  const secondFactors = createSecondFactors(deps);
  const proofs = createProofs({ ...deps, secondFactors });

  async function ownRow(userId: number): Promise<repo.UserRow> {
    const row = await repo.findById(queries, userId);
    if (row === undefined) throw new Problem('auth.token_invalid');
    return row;
  }

  async function change(write: Write, actor: Actor, given: repo.ProfileChanges, client: Client): Promise<OwnProfile> {
    const { userId } = actor;
    const changes = { ...given, ...(given.email !== undefined && { email: storedEmail(given.email) }) };
    const movesEmail = changes.email !== undefined && changes.email !== (await ownRow(userId)).email;
    // Whoever has the address has the account. AC19
    if (movesEmail) await sessions.requireRecentProof(actor.sessionId);
    return write(async (tx, effects) => {
      effects.add(profileChanged(userId, { username: changes.username !== undefined, looks: changes.display_name !== undefined }));
      const row = await unlessTaken(() => repo.updateProfile(tx, userId, changes, new Date(clock.now())));
      if (row === undefined) throw new Problem('auth.token_invalid');
      // Links that went to the address before are no keys to this account any more.
      if (changes.email !== undefined) await resets.removeOf(tx, userId);
      if (movesEmail) await audit.record(tx, { action: 'account.email_changed', ...byOwner(actor), client });
      return ownProfile(row);
    });
  }

  return {
    ...registration,
    ...createPasswordResets(deps),
    ...accountMails,
    ...createLogin({ ...deps, secondFactors }),
    ...secondFactors,
    ...createGuests(deps),
    administration: createAdministration(deps),

    /** The `Set-Cookie` by which the browser of somebody who has just proven to be this user is known from now on. */
    deviceCookie: async (userId: number): Promise<string> => deviceCookies.set(await ownRow(userId)),

    async reauthenticate(write: Write, actor: Actor, body: ReauthenticateBody, client: Client): Promise<void> {
      await proofs.reauthenticate(write, actor, await ownRow(actor.userId), body, client);
    },

    async profile(actor: Actor): Promise<OwnProfile> {
      return ownProfile(await ownRow(actor.userId));
    },

    async publicProfile(userId: number): Promise<User | undefined> {
      const row = await repo.findById(queries, userId);
      return row && publicUser(row);
    },

    /** Changes what is given and nothing else. */
    patchProfile(
      write: Write, actor: Actor, { displayName, messagesFrom, ...rest }: PatchProfileBody, client: Client,
    ): Promise<OwnProfile> {
      const given = { ...(displayName !== undefined && { display_name: displayName }), ...(messagesFrom && { messages_from: messagesFrom }) };
      return change(write, actor, { ...rest, ...given }, client);
    },

    /** Replaces the profile: a bio left out is emptied; all else that cannot be empty stays. */
    putProfile(
      write: Write, actor: Actor, { displayName, bio = '', messagesFrom, ...rest }: PutProfileBody, client: Client,
    ): Promise<OwnProfile> {
      return change(write, actor, { ...rest, display_name: displayName, bio, ...(messagesFrom && { messages_from: messagesFrom }) }, client);
    },

    /** Ends the user's other sessions: whoever knew the old password is out. */
    async changePassword(
      write: Write, actor: Actor, currentPassword: string, newPassword: string, client: Client,
    ): Promise<void> {
      const row = await ownRow(actor.userId);
      if (await secondFactors.isEnabled(actor.userId)) await sessions.requireRecentProof(actor.sessionId);
      await proofs.requirePassword(write, actor, row, currentPassword, { field: '/body/currentPassword', client });
      await passwordRule(newPassword, '/body/newPassword');
      const newHash = await passwords.hash(newPassword);
      await write(async (tx, effects) => {
        const replaced = await repo.replacePassword(tx, row.id, row.password_hash, newHash, new Date(clock.now()));
        if (!replaced) throw new Problem('accounts.password_wrong');
        await resets.removeOf(tx, row.id);
        await sessions.endOthers(tx, effects, row.id, actor.sessionId);
        await audit.record(tx, { action: 'password.changed', ...byOwner(actor), client });
      });
    },
  };
}
