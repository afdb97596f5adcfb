import type { LoginBody, SignedIn } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { type Audit, byOwner } from '../audit/index.ts';
import * as repo from './accounts.repo.ts';
import { ownProfile } from './accounts.views.ts';
import type { Attempts } from './attempts.ts';
import type { DeviceCookies } from './device-cookie.ts';
import { isAscii, soughtEmail } from './email.ts';
import type { Passwords } from './passwords.ts';
import type { SecondFactors } from './second-factor.ts';
import type { Client, SessionOpener } from './sign-in.ts';

export interface LoginDeps {
  readonly queries: Queries;
  readonly passwords: Passwords;
  readonly sessions: Pick<SessionOpener, 'createSession'>;
  readonly attempts: Pick<Attempts, 'password' | 'code'>;
  readonly deviceCookies: Pick<DeviceCookies, 'read'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
}

/** So that looking for the device takes as long where there is no account. No cookie is ever made for it. */
const NOBODY = { id: 0, password_hash: '' };

/** AC3, AC8, AC15–AC18, AC23 */
export function createLogin(deps: LoginDeps & { readonly secondFactors: Pick<SecondFactors, 'isEnabled' | 'take'> }) {
  const { queries, passwords, sessions, attempts, deviceCookies, audit, clock, secondFactors } = deps;

  async function rowOf(name: string): Promise<repo.UserRow | undefined> {
    // What is kept is ASCII; letters that a database may take for others must not find it by another name.
    if (!isAscii(name)) return undefined;
    return name.includes('@') ? repo.findByEmail(queries, name) : repo.findByUsername(queries, name);
  }

  /** The row, if this is its password; its hash is then as costly as those made now. */
  async function verified(write: Write, row: repo.UserRow | undefined, password: string): Promise<repo.UserRow | undefined> {
    const right = await passwords.verify(password, row?.password_hash);
    if (row === undefined || !right) return undefined;
    if (!passwords.isOutdated(row.password_hash)) return row;
    const hash = await passwords.hash(password);
    const replaced = await write((tx) => repo.replacePassword(tx, row.id, row.password_hash, hash, new Date(clock.now())));
    // Else somebody was first, with the same password or with a new one.
    return replaced ? { ...row, password_hash: hash } : verified(write, await repo.findById(queries, row.id), password);
  }

  /** The same work whether there is an account or not. */
  async function refused(
    write: Write, row: repo.UserRow | undefined, client: Client, why: 'password' | 'code' | 'disabled',
  ): Promise<void> {
    await write((tx) =>
      audit.record(tx, { action: 'sign_in.failed', client, details: { why }, ...(row !== undefined && { userId: row.id }) }));
  }

  return {
    /** `cookie`: the header with which the browser may tell that it is known to the account. */
    async login(write: Write, body: LoginBody, client: Client, cookie?: string): Promise<SignedIn> {
      const given = body.email ?? body.username;
      if (given === undefined || (body.email !== undefined && body.username !== undefined)) {
        throw new Problem('request.invalid', {
          errors: [{ field: '/body', message: 'must have either email or username' }],
        });
      }
      // A username cannot hold an @, so people may type either into either field.
      const name = given.includes('@') ? soughtEmail(given) : given;
      const found = await rowOf(name);
      const device = deviceCookies.read(cookie, found ?? NOBODY);
      await attempts.password(name, device);
      const row = await verified(write, found, body.password);
      if (row === undefined) {
        await refused(write, found, client, 'password');
        throw new Problem('auth.credentials_wrong');
      }
      if (row.disabled_at !== null) {
        await refused(write, row, client, 'disabled');
        throw new Problem('auth.account_disabled');
      }
      const needsCode = await secondFactors.isEnabled(row.id);
      if (needsCode) {
        if (body.code === undefined) throw new Problem('auth.code_required');
        await attempts.code(row.id, device);
      }
      const signedIn = await write(async (tx, effects) => {
        if (needsCode && !(await secondFactors.take(tx, row.id, body.code!, client))) return undefined;
        // Whoever changes the password, or disables the account, ends its sessions: none may be opened after that.
        if (!(await repo.holdPassword(tx, row.id, row.password_hash))) throw new Problem('auth.credentials_wrong');
        const tokens = await sessions.createSession(tx, effects, row.id, client);
        await audit.record(tx, {
          action: 'sign_in.succeeded', ...byOwner({ userId: row.id, sessionId: tokens.sessionId }), client,
          details: { secondFactor: needsCode },
        });
        return { user: ownProfile(row), ...tokens };
      });
      if (signedIn !== undefined) return signedIn;
      await refused(write, row, client, 'code');
      throw new Problem('auth.code_wrong');
    },
  };
}
