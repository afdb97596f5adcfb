import type { Queries } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobHandler } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import { eventPromotedMail, type MailDelivery } from '../../mail/index.ts';
import type { NewNotice, Notices } from '../notices/index.ts';
import { eventNews, eventPromotedEmail } from './events.jobs.ts';
import * as repo from './events.repo.ts';
import { letterOf, listToTell } from './rsvps.repo.ts';

export interface NewsDeps {
  readonly queries: Queries;
  readonly notices: Pick<Notices, 'notify'>;
  readonly delivery: MailDelivery;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  /** People of one change. */
  readonly batchSize?: number;
}

const TOLD = ['going', 'waitlisted', 'interested'] as const;

/** What people are told of an event by and by, behind the answer to whoever has changed it. EV8, EV9, RV5 */
export function createNews({ queries, notices, delivery, publicUrl, clock, log, batchSize = 500 }: NewsDeps): readonly JobHandler[] {
  const news: JobHandler<typeof eventNews.payload> = {
    job: eventNews,
    async handle({ payload: { eventId, sequence, news: what, changes }, write, signal }) {
      // Begun again it tells nobody twice: a notice of one subject is told once.
      for (let afterUser: number | undefined = 0; afterUser !== undefined;) {
        signal.throwIfAborted();
        const after: number = afterUser;
        afterUser = await write(async (tx, effects) => {
          const row = await repo.find(tx, eventId);
          // Who hears that it was cancelled need not hear what was to be otherwise.
          if (row === undefined || (what === 'changed' && row.cancelled_at !== null)) return undefined;
          const people = await listToTell(tx, { eventId, statuses: TOLD, afterUser: after, limit: batchSize });
          const { title, owner_id } = row;
          const [subject, startsAt] = [`${eventId}:${sequence}`, row.starts_at.toISOString()];
          const told = people.map(({ user_id }) => user_id).filter((userId) => userId !== owner_id);
          await notices.notify(tx, effects, told.map((userId): NewNotice => (what === 'changed'
            ? { userId, kind: 'event_changed', subject, eventId, title, startsAt, changes }
            : { userId, kind: 'event_cancelled', subject, eventId, title, startsAt })));
          return people.length === batchSize ? people.at(-1)!.user_id : undefined;
        });
      }
    },
  };

  const promoted: JobHandler<typeof eventPromotedEmail.payload> = {
    job: eventPromotedEmail,
    async handle(context) {
      const { eventId, userId } = context.payload;
      const letter = await letterOf(queries, eventId, userId, new Date(clock.now()));
      if (letter === undefined) return log.info({ jobId: context.id }, 'No mail of a seat is sent: it is of no use any more');
      const { email, locale, title, starts_at, time_zone } = letter;
      await delivery.send(context, email, locale, eventPromotedMail(locale, {
        title, startsAt: starts_at, timeZone: time_zone, url: `${publicUrl}/events/${eventId}`,
      }));
    },
  };

  return [news, promoted];
}
