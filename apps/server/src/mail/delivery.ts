import { Unrecoverable } from '@watchparty/redis-kit/jobs';
import type { JobContext } from '../kernel/job.ts';
import type { Log } from '../kernel/log.ts';
import { maskAddress } from './address.ts';
import { type Mail, type Mailer, MailRefused } from './mailer.ts';
import type { Words } from './templates/index.ts';

/** How mail jobs end, whichever module they are of. */
export interface MailDelivery {
  /**
   * Sends the mail of a job; the job's id makes its `Message-ID`. Throws `Unrecoverable` when no further try would
   * help, and anything else when one may.
   */
  send(job: Pick<JobContext, 'id' | 'signal'>, to: string, locale: Mail['locale'], words: Words): Promise<void>;
  /** An address as the log may show it: masked in production. */
  shown(address: string): string;
}

interface Deps {
  readonly mailer: Mailer;
  readonly log: Log;
  readonly masksAddresses: boolean;
}

export function createMailDelivery({ mailer, log, masksAddresses }: Deps): MailDelivery {
  const shown = (address: string): string => (masksAddresses ? maskAddress(address) : address);
  return {
    shown,
    async send({ id, signal }, to, locale, words) {
      try {
        await mailer.send({ id, to, locale, ...words }, { signal });
      } catch (error) {
        throw error instanceof MailRefused ? new Unrecoverable(error.message) : error;
      }
      log.info({ to: shown(to), mailId: id }, 'Email sent successfully');
    },
  };
}
