import Type, { type Static } from 'typebox';
import { Locale } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import { declareJob, enqueued, type JobHandler } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import type { Effects } from '../../kernel/write.ts';
import { type MailDelivery, passwordResetMail, welcomeMail } from '../../mail/index.ts';

const MAIL_JOB = { queue: 'email', attempts: 3, backoffMs: 1000, timeoutMs: 60_000 } as const;

export const welcomeEmail = declareJob({
  ...MAIL_JOB,
  name: 'welcome-email',
  payload: Type.Object({ email: Type.String(), username: Type.String(), locale: Locale }, { additionalProperties: false }),
});

/** Holds no secret: the link is made when the mail is, and lies in no queue. */
export const passwordResetEmail = declareJob({
  ...MAIL_JOB,
  name: 'password-reset-email',
  priority: 'high',
  payload: Type.Object({ email: Type.String() }, { additionalProperties: false }),
});

/** Mails of this module: each goes out if, and only if, the change that `effects` belongs to is committed. */
export const accountMails = {
  sendWelcomeEmail(effects: Effects, email: string, username: string, locale: Static<typeof Locale> = 'en'): void {
    effects.add(enqueued(welcomeEmail, { email, username, locale }));
  },

  /** To the account with this address; if there is none, to nobody. */
  sendPasswordResetEmail(effects: Effects, email: string): void {
    effects.add(enqueued(passwordResetEmail, { email }));
  },
};

/** A link that was made for somebody. */
export interface IssuedReset {
  readonly email: string;
  readonly username: string;
  readonly locale: Static<typeof Locale>;
  readonly token: string;
}

/** Why there is no link; for the log. */
export type NotIssued = 'nobody has this address' | 'enough were sent';

interface Deps {
  readonly resets: {
    issue(tx: Tx, email: string, requestId: string): Promise<IssuedReset | NotIssued>;
  };
  readonly delivery: MailDelivery;
  readonly publicUrl: string;
  readonly log: Log;
}

export function accountJobs({ resets, delivery, publicUrl, log }: Deps): readonly JobHandler[] {
  const welcome: JobHandler<typeof welcomeEmail.payload> = {
    job: welcomeEmail,
    handle: (context) => {
      const { email, username, locale } = context.payload;
      return delivery.send(context, email, locale, welcomeMail(locale, { username, publicUrl }));
    },
  };
  const passwordReset: JobHandler<typeof passwordResetEmail.payload> = {
    job: passwordResetEmail,
    async handle(context) {
      const issued = await context.write((tx) => resets.issue(tx, context.payload.email, context.id));
      if (typeof issued === 'string') return log.info({ jobId: context.id }, `No password reset is sent: ${issued}`);
      const { email, username, locale, token } = issued;
      const url = `${publicUrl}/reset-password?token=${token}`;
      await delivery.send(context, email, locale, passwordResetMail(locale, { username, url }));
    },
  };
  return [welcome, passwordReset];
}
