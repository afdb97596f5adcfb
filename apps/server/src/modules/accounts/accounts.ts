import type { LoginBody, OwnProfile, PatchProfileBody, PutProfileBody, SignedIn, User } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { profileChanged } from './accounts.cache.ts';
import { accountMails } from './accounts.jobs.ts';
import * as repo from './accounts.repo.ts';
import { ownProfile, publicUser } from './accounts.views.ts';
import { soughtEmail, storedEmail } from './email.ts';
import { createPasswordResets, type PasswordResetDeps } from './password-reset.ts';
import * as resets from './password-resets.repo.ts';
import { createRegistration, type RegistrationDeps, type RegistrationSettings, unlessTaken } from './registration.ts';
import type { Client } from './sign-in.ts';

export type AccountsSettings = RegistrationSettings;
export type AccountsDeps = RegistrationDeps & PasswordResetDeps;
export type Accounts = ReturnType<typeof createAccounts>;

export function createAccounts(settings: AccountsSettings, deps: AccountsDeps) {
  const { queries, passwords, passwordRule, sessions, clock } = deps;
  const registration = createRegistration(settings, deps);

  async function ownRow(userId: number): Promise<repo.UserRow> {
    const row = await repo.findById(queries, userId);
    if (row === undefined) throw new Problem('auth.token_invalid');
    return row;
  }

  async function change(write: Write, userId: number, given: repo.ProfileChanges): Promise<OwnProfile> {
    const changes = { ...given, ...(given.email !== undefined && { email: storedEmail(given.email) }) };
    return write(async (tx, effects) => {
      effects.add(profileChanged(userId, { username: changes.username !== undefined }));
      const row = await unlessTaken(() => repo.updateProfile(tx, userId, changes, new Date(clock.now())));
      if (row === undefined) throw new Problem('auth.token_invalid');
      // Links that went to the address before are no keys to this account any more.
      if (changes.email !== undefined) await resets.removeOf(tx, userId);
      return ownProfile(row);
    });
  }

  return {
    ...registration,
    ...createPasswordResets(deps),
    ...accountMails,

    async login(write: Write, body: LoginBody, client: Client): Promise<SignedIn> {
      const name = body.email ?? body.username;
      if (name === undefined || (body.email !== undefined && body.username !== undefined)) {
        throw new Problem('request.invalid', {
          errors: [{ field: '/body', message: 'must have either email or username' }],
        });
      }
      // A username cannot hold an @, so people may type either into either field.
      const row = name.includes('@') ? await repo.findByEmail(queries, soughtEmail(name)) : await repo.findByUsername(queries, name);
      const right = await passwords.verify(body.password, row?.password_hash);
      if (row === undefined || !right) throw new Problem('auth.credentials_wrong');
      return write(async (tx, effects) => {
        // Whoever changes the password ends the other sessions: none may be opened with the old one after that.
        if (!(await repo.holdPassword(tx, row.id, row.password_hash))) throw new Problem('auth.credentials_wrong');
        return { user: ownProfile(row), ...(await sessions.createSession(tx, effects, row.id, client)) };
      });
    },

    async profile(actor: Actor): Promise<OwnProfile> {
      return ownProfile(await ownRow(actor.userId));
    },

    async publicProfile(userId: number): Promise<User | undefined> {
      const row = await repo.findById(queries, userId);
      return row && publicUser(row);
    },

    /** Changes what is given and nothing else. */
    patchProfile(write: Write, actor: Actor, { displayName, ...rest }: PatchProfileBody): Promise<OwnProfile> {
      return change(write, actor.userId, { ...rest, ...(displayName !== undefined && { display_name: displayName }) });
    },

    /** Replaces the profile: a bio left out is emptied; names, address and language stay, for they cannot be empty. */
    putProfile(write: Write, actor: Actor, { displayName, bio = '', ...rest }: PutProfileBody): Promise<OwnProfile> {
      return change(write, actor.userId, { ...rest, display_name: displayName, bio });
    },

    /** Ends the user's other sessions: whoever knew the old password is out. */
    async changePassword(write: Write, actor: Actor, currentPassword: string, newPassword: string): Promise<void> {
      const row = await ownRow(actor.userId);
      if (!(await passwords.verify(currentPassword, row.password_hash))) {
        throw new Problem('accounts.password_wrong', {
          errors: [{ field: '/body/currentPassword', message: 'is wrong' }],
        });
      }
      await passwordRule(newPassword, '/body/newPassword');
      const newHash = await passwords.hash(newPassword);
      await write(async (tx, effects) => {
        const replaced = await repo.replacePassword(tx, row.id, row.password_hash, newHash, new Date(clock.now()));
        if (!replaced) throw new Problem('accounts.password_wrong');
        await resets.removeOf(tx, row.id);
        await sessions.endOthers(tx, effects, row.id, actor.sessionId);
      });
    },
  };
}
