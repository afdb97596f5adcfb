import { createHash, randomBytes } from 'node:crypto';
import type { RegisterBody, SignedIn } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { MailDelivery } from '../../mail/index.ts';
import { type Audit, byOwner } from '../audit/index.ts';
import { accountMails } from './accounts.jobs.ts';
import * as repo from './accounts.repo.ts';
import { ownProfile } from './accounts.views.ts';
import { storedEmail } from './email.ts';
import type { PasswordRule } from './password-rule.ts';
import type { Passwords } from './passwords.ts';
import type { Client, SessionOpener } from './sign-in.ts';

export interface RegistrationSettings {
  readonly production: boolean;
  readonly registration: 'open' | 'invite' | 'closed';
  /** Whoever registers with this address becomes the admin. */
  readonly adminEmail: string | undefined;
  readonly publicUrl: string;
}

export interface RegistrationDeps {
  readonly queries: Queries;
  readonly passwords: Passwords;
  readonly passwordRule: PasswordRule;
  readonly sessions: SessionOpener;
  /** Which room an invitation lets its holder into; undefined: none. Who gives them is none of accounts' business. */
  readonly invitations: { roomOf(token: string): Promise<number | undefined> };
  readonly audit: Pick<Audit, 'record'>;
  readonly delivery: Pick<MailDelivery, 'shown'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface RegisterOptions {
  /** False: for people whose addresses do not exist. */
  readonly sendsWelcome?: boolean;
}

export function createRegistration(settings: RegistrationSettings, deps: RegistrationDeps) {
  const { queries, passwords, passwordRule, sessions, invitations, audit, delivery, clock, log } = deps;
  const adminEmail = settings.adminEmail && storedEmail(settings.adminEmail).toLowerCase();

  const isAdminEmail = (email: string): boolean => storedEmail(email).toLowerCase() === adminEmail;

  /** AC6 */
  async function refuseClosed(body: RegisterBody): Promise<void> {
    // The set-up link and the admin's address open even a closed server: without them nobody could ever own one.
    if (settings.registration === 'open' || body.setupToken !== undefined || isAdminEmail(body.email)) return;
    if (settings.registration === 'closed') throw new Problem('accounts.registration_closed');
    if (body.invite === undefined) throw new Problem('accounts.registration_invite_only');
    if ((await invitations.roomOf(body.invite)) === undefined) throw new Problem('accounts.invite_invalid');
  }

  async function roleOf(tx: Tx, body: RegisterBody): Promise<'user' | 'admin'> {
    if (body.setupToken !== undefined) {
      const used = await repo.useSetupToken(tx, hashToken(body.setupToken), new Date(clock.now()));
      if (!used) throw new Problem('accounts.setup_token_invalid');
      return 'admin';
    }
    if (isAdminEmail(body.email)) return 'admin';
    if (settings.production) return 'user';
    return (await repo.isFirstUser(tx)) ? 'admin' : 'user';
  }

  return {
    /** Creates the account, signs in as it, and welcomes its owner by mail. AC13 */
    async register(
      write: Write, body: RegisterBody, client: Client, { sendsWelcome = true }: RegisterOptions = {},
    ): Promise<SignedIn> {
      const email = storedEmail(body.email);
      await refuseClosed(body);
      await passwordRule(body.password, '/body/password');
      const passwordHash = await passwords.hash(body.password);
      const signedIn = await write(async (tx, effects): Promise<SignedIn> => {
        const role = await roleOf(tx, body);
        const user = await unlessTaken(() =>
          repo.insertUser(tx, {
            email,
            username: body.username,
            displayName: body.displayName ?? body.username,
            passwordHash,
            role,
            locale: body.locale ?? 'en',
          }),
        );
        if (body.setupToken !== undefined) await repo.recordSetupUser(tx, hashToken(body.setupToken), user.id);
        if (sendsWelcome) accountMails.sendWelcomeEmail(effects, email, user.username, user.locale);
        const tokens = await sessions.createSession(tx, effects, user.id, client);
        await audit.record(tx, {
          action: 'account.registered', ...byOwner({ userId: user.id, sessionId: tokens.sessionId }), client, details: { role },
        });
        return { user: ownProfile(user), ...tokens };
      });
      if (sendsWelcome) log.info(`Welcome email queued for: ${delivery.shown(email)}`);
      return signedIn;
    },

    /**
     * The one-time link that makes the first admin of a production server, or of one that not everybody may register
     * at, where no address is named for that; undefined when there is an admin, or another way to become one.
     */
    async openSetupLink(write: Write): Promise<string | undefined> {
      const firstBecomesAdmin = !settings.production && settings.registration === 'open';
      if (firstBecomesAdmin || settings.adminEmail !== undefined || (await repo.hasAdmin(queries))) return undefined;
      const token = randomBytes(32).toString('base64url');
      await write((tx) => repo.replaceSetupToken(tx, hashToken(token)));
      return `${settings.publicUrl}/register?setup=${token}`;
    },
  };
}

/** Runs an insert or update of names, and says which one is taken if one is. */
export async function unlessTaken<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const taken = repo.takenName(error);
    if (taken === undefined) throw error;
    throw new Problem(taken === 'email' ? 'accounts.email_taken' : 'accounts.username_taken', {
      errors: [{ field: `/body/${taken}`, message: 'is taken' }],
    });
  }
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
