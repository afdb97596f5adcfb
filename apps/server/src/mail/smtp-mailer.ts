import { createTransport, type NodemailerError } from 'nodemailer';
import { maskAddress } from './address.ts';
import { type Mailer, MailRefused } from './mailer.ts';
import { messageOf, type SenderSettings } from './message.ts';
import { createSending } from './sending.ts';

export interface SmtpTimeouts {
  readonly connectMs: number;
  /** From the connection to the server's greeting. */
  readonly greetingMs: number;
  /** Of silence in the middle of a conversation. */
  readonly silenceMs: number;
  /** For one mail in all: waiting for a free connection, sending, the server's answer. */
  readonly mailMs: number;
}

export const defaultSmtpTimeouts: SmtpTimeouts = {
  connectMs: 10_000, greetingMs: 10_000, silenceMs: 20_000, mailMs: 40_000,
};

interface SmtpSettings extends SenderSettings {
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** TLS from the first byte; false: STARTTLS where offered. */
    readonly secure: boolean;
    readonly login:
      | { readonly kind: 'none' }
      | { readonly kind: 'password'; readonly user: string; readonly password: string };
    /** PEM of an authority to trust beside the usual ones. */
    readonly ca?: string;
  };
  readonly timeouts?: SmtpTimeouts;
}

const MAX_CONNECTIONS = 5;
const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/** Sends by SMTP over a few connections that are kept open between mails. */
export function createSmtpMailer({ server, timeouts = defaultSmtpTimeouts, ...sender }: SmtpSettings): Mailer {
  const { login } = server;
  const transport = createTransport({
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    // A dropped connection is the job's next try: it is counted there, and waits longer.
    maxRequeues: 1,
    host: server.host,
    port: server.port,
    secure: server.secure,
    // Whoever sits in between can hide STARTTLS: a password never leaves this machine in the clear.
    requireTLS: login.kind === 'password' && !THIS_MACHINE.has(server.host),
    ...(login.kind === 'password' && { auth: { user: login.user, pass: login.password } }),
    ...(server.ca !== undefined && { tls: { ca: server.ca } }),
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetingMs,
    socketTimeout: timeouts.silenceMs,
    dnsTimeout: timeouts.connectMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const sending = createSending();

  return {
    send: (mail, { signal } = {}) =>
      sending.track(async () => {
        const message = messageOf(mail, sender);
        signal?.throwIfAborted();
        const deadline = AbortSignal.timeout(timeouts.mailMs);
        const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
        try {
          await transport.sendMail({ ...message, signal: either });
        } catch (error) {
          if (either.aborted) throw either.reason;
          throw failureOf(error, mail.to);
        }
      }),
    async close() {
      await sending.close();
      transport.close();
    },
  };
}

/** The server's answer stays readable; the address in it does not, for failures are logged and kept. */
function failureOf(error: unknown, address: string): Error {
  if (!(error instanceof Error)) return new Error('The mail could not be sent');
  const { code, command, permanent } = error as NodemailerError;
  const said = error.message.replaceAll(address, maskAddress(address));
  // 5xx to the recipient or to the mail itself ends every try alike (RFC 5321 § 4.2.1); to the sign-in or to the sender
  // it is a setting that somebody can mend.
  if (permanent === true && (command === 'RCPT TO' || command === 'DATA')) return new MailRefused(said);
  return Object.assign(new Error(said), { code, command });
}
