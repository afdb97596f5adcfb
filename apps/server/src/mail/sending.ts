import { MailerClosed } from './mailer.ts';

/** Keeps count of what is being sent, so that closing can wait for it. */
export function createSending() {
  const underWay = new Set<Promise<void>>();
  let closed = false;
  return {
    async track(send: () => Promise<void>): Promise<void> {
      if (closed) throw new MailerClosed();
      const sent = send();
      underWay.add(sent);
      try {
        await sent;
      } finally {
        underWay.delete(sent);
      }
    },
    /** Refuses further mails; resolves when the last has been sent or given up. */
    async close(): Promise<void> {
      closed = true;
      await Promise.allSettled(underWay);
    },
  };
}
