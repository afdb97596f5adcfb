import type { EventGuest, EventInvitations, EventInvitationsBody, UserEventsQuery } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Notices } from '../notices/index.ts';
import { mayChange } from './events.policy.ts';
import * as repo from './events.repo.ts';
import * as guests from './guests.repo.ts';
import type { Settle } from './seats.ts';
import { lockToChange, lookToSee } from './standing.ts';
import { Tally } from './tally.ts';

interface Deps {
  readonly queries: Queries;
  readonly notices: Pick<Notices, 'notify' | 'withdraw'>;
  readonly settle: Settle;
  readonly clock: Clock;
}

const MOST_GUESTS = 1000;

/** EI1–EI3 */
export function createGuests({ queries, notices, settle, clock }: Deps) {
  const now = (): Date => new Date(clock.now());

  return {
    /** Friends of the event's owner, each told once. Answers who is invited now and was not before. */
    invite: (write: Write, actor: Actor, eventId: number, { userIds }: EventInvitationsBody): Promise<EventInvitations> =>
      write(async (tx, effects) => {
        const row = await lockToChange(tx, eventId, actor);
        if (row.cancelled_at !== null) throw new Problem('events.cancelled');
        if (row.over_at <= now()) throw new Problem('events.over');
        const friends = await guests.friendsAmong(tx, row.owner_id, userIds);
        if (userIds.some((userId) => !friends.has(userId))) throw new Problem('events.not_friend');
        const added = await guests.add(tx, eventId, userIds, now());
        if ((await guests.count(tx, eventId)) > MOST_GUESTS) throw new Problem('events.guests_exhausted');
        await notices.notify(tx, effects, added.map((userId) => ({
          userId, kind: 'event_invitation', subject: `${eventId}`, eventId, title: row.title,
          startsAt: row.starts_at.toISOString(), from: { userId: actor.userId, username: actor.username },
        })));
        return { eventId, userIds: added };
      }),

    /** Takes an invitation back; to a private event the answer too, without which nothing of it can be seen any more. */
    uninvite: (write: Write, actor: Actor, eventId: number, userId: number): Promise<null> =>
      write(async (tx, effects) => {
        const row = await lockToChange(tx, eventId, actor);
        const removed = await guests.remove(tx, [{ eventId, userId }]);
        if (removed.length === 0) return null;
        await notices.withdraw(tx, effects, { kind: 'event_invitation', subject: `${eventId}` }, [userId]);
        const [part] = await repo.partsOf(tx, [{ eventId, userId }]);
        if (row.visibility === 'public' || part === undefined || part.status === null) return null;
        if (row.visibility === 'friends' && part.friend) return null;
        const tally = new Tally(row);
        tally.answer(userId, part, null);
        await settle(tx, effects, [{ row, tally }]);
        return null;
      }),

    /** By id. */
    async guests(
      actor: Actor, eventId: number, { cursor, limit = 20 }: UserEventsQuery,
    ): Promise<{ items: EventGuest[]; nextCursor: string | null }> {
      const { standing } = await lookToSee(queries, eventId, actor);
      if (!mayChange(standing)) throw new Problem('events.not_owner');
      if (cursor !== undefined && !/^\d{1,10}$/.test(cursor)) throw new Problem('events.cursor_invalid');
      const rows = await guests.list(queries, eventId, { after: Math.min(Number(cursor ?? 0), 2_147_483_647), limit: limit + 1 });
      const kept = rows.slice(0, limit);
      return {
        items: kept.map(({ user_id, username, display_name, status }) => ({ userId: user_id, username, displayName: display_name, status })),
        nextCursor: rows.length > limit ? String(kept.at(-1)!.user_id) : null,
      };
    },
  };
}
