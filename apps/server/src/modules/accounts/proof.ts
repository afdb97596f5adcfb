import type { ReauthenticateBody } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { type Audit, byOwner } from '../audit/index.ts';
import type { UserRow } from './accounts.repo.ts';
import type { Attempts } from './attempts.ts';
import type { Passwords } from './passwords.ts';
import type { SecondFactors } from './second-factor.ts';
import type { Client, SessionOpener } from './sign-in.ts';

export interface ProofDeps {
  readonly passwords: Passwords;
  readonly sessions: Pick<SessionOpener, 'recordProof'>;
  readonly attempts: Pick<Attempts, 'proof' | 'code'>;
  readonly audit: Pick<Audit, 'record'>;
}

export type Proofs = ReturnType<typeof createProofs>;

/** Somebody who is signed in proves anew that it is still them. AC19 */
export function createProofs(deps: ProofDeps & { readonly secondFactors: Pick<SecondFactors, 'isEnabled' | 'take'> }) {
  const { passwords, sessions, attempts, audit, secondFactors } = deps;

  async function failed(write: Write, actor: Actor, client: Client): Promise<void> {
    await write((tx) => audit.record(tx, { action: 'proof.failed', ...byOwner(actor), client }));
  }

  /** Throws `accounts.password_wrong`; `field`: where it stood in the request. */
  async function requirePassword(
    write: Write, actor: Actor, row: UserRow, password: string,
    { field, client }: { readonly field: string; readonly client: Client },
  ): Promise<void> {
    await attempts.proof(actor.userId);
    if (await passwords.verify(password, row.password_hash)) return;
    await failed(write, actor, client);
    throw new Problem('accounts.password_wrong', { errors: [{ field, message: 'is wrong' }] });
  }

  return {
    requirePassword,

    /** By a code where one signs in with a code, so that a password alone never proves more than it does at sign-in. */
    async reauthenticate(
      write: Write, actor: Actor, row: UserRow, { password, code }: ReauthenticateBody, client: Client,
    ): Promise<void> {
      const needsCode = await secondFactors.isEnabled(actor.userId);
      if (needsCode) {
        if (code === undefined) throw new Problem('auth.code_required');
        await attempts.code(actor.userId, undefined);
      } else {
        if (password === undefined) {
          throw new Problem('request.invalid', { errors: [{ field: '/body/password', message: 'is needed' }] });
        }
        await requirePassword(write, actor, row, password, { field: '/body/password', client });
      }
      const proven = await write(async (tx) => {
        if (needsCode && !(await secondFactors.take(tx, actor.userId, code!, client))) return false;
        await sessions.recordProof(tx, actor.sessionId);
        await audit.record(tx, { action: 'proof.given', ...byOwner(actor), client });
        return true;
      });
      if (proven) return;
      await failed(write, actor, client);
      throw new Problem('auth.code_wrong');
    },
  };
}
