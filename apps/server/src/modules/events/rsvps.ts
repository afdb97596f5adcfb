import type { Attendee, AttendeesQuery, Rsvp, RsvpAnswer, RsvpBody } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createGroupedWrite } from '../../kernel/grouped-write.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import { takesPart } from './events.policy.ts';
import * as repo from './events.repo.ts';
import * as rsvps from './rsvps.repo.ts';
import type { Settle } from './seats.ts';
import { lookAsPart, standingOf } from './standing.ts';
import { Tally } from './tally.ts';

interface Deps {
  readonly queries: Queries;
  readonly write: Write;
  readonly settle: Settle;
  readonly clock: Clock;
}

interface Ask {
  readonly actor: Actor;
  readonly eventId: number;
  /** Null: takes the answer back. */
  readonly wanted: RsvpAnswer | null;
  readonly wantsMail: boolean | undefined;
}

const LISTED = ['going', 'waitlisted', 'interested'] as const;

/** RV1–RV7 */
export function createRsvps({ queries, write, settle, clock }: Deps) {
  /** Answers of people to events, all under the events' locks, as if each had come alone, in this order. */
  async function answerAll(tx: Tx, effects: Effects, asks: readonly Ask[]): Promise<(Rsvp | Problem)[]> {
    const nowMs = clock.now();
    const rows = new Map((await repo.lockAll(tx, [...new Set(asks.map(({ eventId }) => eventId))])).map((row) => [row.id, row]));
    const known = asks.filter(({ eventId }) => rows.has(eventId));
    // Under the lock: whoever stops being a friend takes it too.
    const found = await repo.partsOf(tx, known.map(({ eventId, actor }) => ({ eventId, userId: actor.userId })));
    const parts = new Map(known.map((ask, at) => [ask, found[at]!]));
    const settlings = new Map([...rows].map(([id, row]) => [id, { row, tally: new Tally(row) }]));

    function refusal(ask: Ask): Problem | undefined {
      const [row, part] = [rows.get(ask.eventId), parts.get(ask)];
      if (row === undefined || part === undefined) return new Problem('events.not_found');
      if (!takesPart(standingOf(row, part, ask.actor))) return new Problem('events.not_found');
      if (row.cancelled_at !== null) return new Problem('events.cancelled');
      if (row.over_at.getTime() <= nowMs) return new Problem('events.over');
      settlings.get(ask.eventId)!.tally.answer(ask.actor.userId, part, ask.wanted, ask.wantsMail);
      return undefined;
    }
    const refusals = asks.map(refusal);
    const asked = new Set(asks.map(({ eventId, actor }) => `${eventId} ${actor.userId}`));
    await settle(tx, effects, [...settlings.values()], (eventId, userId) => asked.has(`${eventId} ${userId}`));

    // Those who were on the waiting list before; of the others the tally knows the place.
    const earlier = Map.groupBy(asks, ({ eventId }) => eventId);
    const ranks = new Map<number, ReadonlyMap<number, number>>();
    for (const [eventId, { tally }] of settlings) {
      const positions = earlier.get(eventId)!.map(({ actor }) => actor.userId)
        .flatMap((userId) => (tally.rankOf(userId) === undefined ? (tally.of(userId).position ?? []) : []));
      ranks.set(eventId, await rsvps.ranksOf(tx, eventId, positions));
    }
    return asks.map(({ actor, eventId }, at) => {
      const refused = refusals[at];
      if (refused !== undefined) return refused;
      const { tally } = settlings.get(eventId)!;
      const { status, position } = tally.of(actor.userId);
      const { going, interested, waitlisted } = tally.counts();
      return {
        eventId, status,
        waitlistPosition: position === null ? null : (tally.rankOf(actor.userId) ?? ranks.get(eventId)?.get(position) ?? null),
        goingCount: going, interestedCount: interested, waitlistedCount: waitlisted,
      };
    });
  }

  const answered = createGroupedWrite(write, answerAll);
  async function answer(ask: Ask): Promise<Rsvp> {
    const outcome = await answered(ask);
    if (outcome instanceof Problem) throw outcome;
    return outcome;
  }

  return {
    rsvp: (actor: Actor, eventId: number, { status, wantsMail }: RsvpBody): Promise<Rsvp> =>
      answer({ actor, eventId, wanted: status, wantsMail }),

    withdraw: (actor: Actor, eventId: number): Promise<Rsvp> => answer({ actor, eventId, wanted: null, wantsMail: undefined }),

    /** One's own answer; null: none. */
    async myRsvp(actor: Actor, eventId: number): Promise<Rsvp> {
      const { row, part: { status, position } } = await lookAsPart(queries, eventId, actor);
      const ranks = await rsvps.ranksOf(queries, eventId, position === null ? [] : [position]);
      return {
        eventId, status, waitlistPosition: position === null ? null : (ranks.get(position) ?? null),
        goingCount: row.going_count, interestedCount: row.interested_count, waitlistedCount: row.waitlisted_count,
      };
    },

    /** Those who go, then who wait, in the order of the list, then who may come. RV7 */
    async attendees(
      actor: Actor, eventId: number, { status: only, cursor, limit = 20 }: AttendeesQuery,
    ): Promise<{ items: Attendee[]; nextCursor: string | null }> {
      await lookAsPart(queries, eventId, actor);
      const from = placeOf(cursor);
      const rows: rsvps.AttendeeRow[] = [];
      const statuses = LISTED.filter((status) => only === undefined || status === only);
      for (const status of statuses.slice(from === undefined ? 0 : Math.max(0, statuses.indexOf(from.status)))) {
        if (rows.length > limit) break;
        const after = from?.status === status ? from.after : 0;
        rows.push(...(await rsvps.list(queries, { eventId, viewerId: actor.userId, status, after, limit: limit + 1 - rows.length })));
      }
      const kept = rows.slice(0, limit);
      const ranks = await rsvps.ranksOf(queries, eventId, kept.flatMap(({ position }) => position ?? []));
      const items = kept.map(({ user_id, username, display_name, status, position }) => ({
        userId: user_id, username, displayName: display_name, status,
        waitlistPosition: position === null ? null : (ranks.get(position) ?? null),
      }));
      const last = kept.at(-1);
      return { items, nextCursor: rows.length > limit && last ? `${last.status}.${last.position ?? last.user_id}` : null };
    },
  };
}

function placeOf(cursor: string | undefined): { readonly status: (typeof LISTED)[number]; readonly after: number } | undefined {
  if (cursor === undefined) return undefined;
  const found = /^(going|waitlisted|interested)\.(\d{1,15})$/.exec(cursor);
  if (found === null) throw new Problem('events.cursor_invalid');
  return { status: found[1] as (typeof LISTED)[number], after: Number(found[2]) };
}
