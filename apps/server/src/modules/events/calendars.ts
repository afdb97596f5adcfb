import { createHash } from 'node:crypto';
import type { CalendarFeed, CalendarFeedState, RsvpStatus } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import * as repo from './events.repo.ts';
import * as feeds from './feeds.repo.ts';
import { calendar, type CalendarEntry } from './icalendar.ts';
import { lookToSee } from './standing.ts';

interface Deps {
  readonly queries: Queries;
  readonly publicUrl: string;
  readonly newSecret: () => string;
  readonly clock: Clock;
}

/** Of the past and of what is to come, each: what calendar programs read again every hour. */
const MOST = 500;

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** EC1–EC4 */
export function createCalendars({ queries, publicUrl, newSecret, clock }: Deps) {
  const now = (): Date => new Date(clock.now());
  const host = new URL(publicUrl).hostname;

  function entryOf(row: repo.EventRow, myStatus?: RsvpStatus | null): CalendarEntry {
    const maybe = myStatus === 'interested' || myStatus === 'waitlisted';
    const page = `${publicUrl}/events/${row.id}`;
    return {
      uid: `event-${row.id}@${host}`, sequence: row.sequence, changedAt: row.updated_at, createdAt: row.created_at,
      startsAt: row.starts_at, endsAt: row.ends_at, summary: row.title,
      description: [row.description, row.url ?? '', page].filter((part) => part !== '').join('\n\n'),
      location: row.address !== '' ? row.address : ((row.online && row.url) || ''),
      geo: row.lat === null || row.lng === null ? null : { lat: row.lat, lng: row.lng },
      url: page, status: row.cancelled_at === null ? (maybe ? 'TENTATIVE' : 'CONFIRMED') : 'CANCELLED',
      isPrivate: row.visibility !== 'public',
    };
  }

  return {
    /** One event, for whoever may see it. */
    async ics(actor: Actor | undefined, eventId: number): Promise<string> {
      const { row } = await lookToSee(queries, eventId, actor);
      return calendar([entryOf(row)]);
    },

    async feedState({ userId }: Actor): Promise<CalendarFeedState> {
      return { createdAt: (await feeds.createdAt(queries, userId))?.toISOString() ?? null };
    },

    /** A new address; the one before leads nowhere from now on. */
    issueFeed: (write: Write, { userId }: Actor): Promise<CalendarFeed> =>
      write(async (tx) => {
        const [secret, createdAt] = [newSecret(), now()];
        await feeds.put(tx, userId, hashOf(secret), createdAt);
        return { url: `${publicUrl}/api/calendar/${secret}.ics`, createdAt: createdAt.toISOString() };
      }),

    revokeFeed: (write: Write, { userId }: Actor): Promise<null> =>
      write(async (tx) => {
        await feeds.remove(tx, userId);
        return null;
      }),

    /** All that the owner of the secret has to do with. */
    async feed(secret: string): Promise<string> {
      const owner = await feeds.ownerOf(queries, hashOf(secret));
      if (owner === undefined) throw new Problem('events.calendar_not_found');
      const window = { viewerId: owner.userId, now: now(), after: undefined, limit: MOST };
      const past = await repo.listMine(queries, { ...window, past: true });
      const upcoming = await repo.listMine(queries, { ...window, past: false });
      return calendar([...past.toReversed(), ...upcoming].map((row) => entryOf(row, row.my_status)), `WatchParty: ${owner.username}`);
    },
  };
}
