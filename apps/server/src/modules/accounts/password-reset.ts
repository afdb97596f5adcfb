import { createHash, randomBytes } from 'node:crypto';
import type { Queries, Tx } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Audit } from '../audit/index.ts';
import { mailAddress, type MailDelivery } from '../../mail/index.ts';
import { accountMails, type IssuedReset, type NotIssued } from './accounts.jobs.ts';
import { soughtEmail } from './email.ts';
import type { PasswordRule } from './password-rule.ts';
import * as repo from './password-resets.repo.ts';
import type { Passwords } from './passwords.ts';
import type { Client, SessionOpener } from './sign-in.ts';

const LIFETIME_MS = 60 * 60 * 1000;
/** Mails within one lifetime: enough for the impatient, too few to fill somebody's inbox. */
const MAX_REQUESTS = 3;

export interface PasswordResetDeps {
  readonly queries: Queries;
  readonly passwords: Passwords;
  readonly passwordRule: PasswordRule;
  readonly sessions: SessionOpener;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly delivery: Pick<MailDelivery, 'shown'>;
}

/** AC11, AC12 */
export function createPasswordResets(deps: PasswordResetDeps) {
  const { queries, passwords, passwordRule, sessions, audit, clock, log, delivery } = deps;
  const now = (): Date => new Date(clock.now());

  return {
    /** Does the same for every address: whether there is an account is found out by the job, which nobody waits for. */
    async requestPasswordReset(write: Write, email: string): Promise<void> {
      if (mailAddress(email) === undefined) return;
      await write(async (_tx, effects) => accountMails.sendPasswordResetEmail(effects, email));
      log.info(`Password reset email queued for: ${delivery.shown(email)}`);
    },

    /** A new link for whoever has this address, or why there is none. Only its hash is kept. */
    async issue(tx: Tx, email: string, requestId: string): Promise<IssuedReset | NotIssued> {
      const user = await repo.lockUserByEmail(tx, soughtEmail(email));
      if (user === undefined) return 'nobody has this address';
      if ((await repo.countOthers(tx, user.id, requestId, now())) >= MAX_REQUESTS) return 'enough were sent';
      const token = randomBytes(32).toString('base64url');
      const expiresAt = new Date(clock.now() + LIFETIME_MS);
      await repo.insert(tx, { tokenHash: hashToken(token), userId: user.id, requestId, now: now(), expiresAt });
      // The address of the account, not the one that was typed: those may look alike and be two.
      return { email: user.email, username: user.username, locale: user.locale, token };
    },

    /** Whose account it was. */
    async resetPassword(write: Write, token: string, password: string, client: Client): Promise<number> {
      const tokenHash = hashToken(token);
      const userId = await repo.userOf(queries, tokenHash, now());
      if (userId === undefined) throw new Problem('accounts.reset_token_invalid');
      await passwordRule(password, '/body/password');
      const passwordHash = await passwords.hash(password);
      await write(async (tx, effects) => {
        // The account is locked by this, so that of two links used at once the second finds itself gone.
        await repo.setPassword(tx, userId, passwordHash, now());
        if (!(await repo.use(tx, tokenHash, now()))) throw new Problem('accounts.reset_token_invalid');
        await repo.removeOf(tx, userId);
        await sessions.endAll(tx, effects, userId);
        await audit.record(tx, { action: 'password.reset', userId, client });
      });
      return userId;
    },
  };
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
