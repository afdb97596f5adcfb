/** One mail to one person. */
export interface Mail {
  /** One address, without a name. */
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** The language it is written in. */
  readonly locale: 'en' | 'ru';
  /** What tells this mail from all others: the same in every try of the same job, so that programs show it once. */
  readonly id: string;
}

/** Sends mails, or puts them where a person finds them. SPEC.md has the rules; `contract-suite.ts` proves them. */
export interface Mailer {
  /**
   * Resolves once the mail has been taken over for delivery. Rejects with `MailRefused` when trying again cannot help,
   * with the signal's reason when it was aborted, and with anything else when it can.
   */
  send(mail: Mail, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Waits for what is being sent, for a bounded time, and refuses further mails. */
  close(): Promise<void>;
}

/** This mail will not be taken, however often it is sent: no such address, or refused for what it says. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}

export class MailerClosed extends Error {
  override readonly name = 'MailerClosed';
  constructor() {
    super('The mailer is closed');
  }
}
