import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  /** Of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** The message as it came. */
  readonly raw: string;
  readonly mail: Email;
}

export interface MailServer {
  readonly port: number;
  /** What has been taken over, in order. */
  readonly received: readonly ReceivedMail[];
  close(): Promise<void>;
}

export interface MailServerOptions extends Pick<SMTPServerOptions, 'secure' | 'key' | 'cert' | 'authOptional' | 'onAuth' | 'onMailFrom' | 'onRcptTo'> {
  /** Offers STARTTLS; without it nothing does. */
  readonly startTls?: boolean;
  /** Called with the whole mail before it is answered: throwing refuses it, waiting keeps the answer back. */
  readonly beforeAnswer?: (mail: ReceivedMail) => void | Promise<void>;
  readonly port?: number;
}

/** A real mail server on this machine that keeps what it gets. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { startTls = false, beforeAnswer, port = 0, ...rest } = options;
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    ...rest,
    ...(!startTls && { disabledCommands: ['STARTTLS'] }),
    disableReverseLookup: true,
    closeTimeout: 50,
    logger: false,
    onData(stream, session, callback) {
      const keep = async (): Promise<void> => {
        const raw = (await buffer(stream)).toString('latin1');
        const { mailFrom, rcptTo } = session.envelope;
        const mail: ReceivedMail = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          raw,
          mail: await PostalMime.parse(Buffer.from(raw, 'latin1')),
        };
        await beforeAnswer?.(mail);
        received.push(mail);
      };
      const answer = async (): Promise<void> => {
        const refusal = await keep().then(() => null, (error: Error) => error);
        callback(refusal);
      };
      void answer();
    },
  });
  // Clients that go away in the middle are part of the tests.
  server.on('error', () => {});
  const listening = server.listen(port, '127.0.0.1');
  await once(listening, 'listening');
  return {
    port: (listening.address() as AddressInfo).port,
    received,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** An answer of the server's, such as 550 for a recipient it does not know. */
export const smtpRefusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });
