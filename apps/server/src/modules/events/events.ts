import type { Event, EventBody, EventsQuery, PatchEventBody, UserEventsQuery } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import type { Clock } from '../../kernel/clock.ts';
import { enqueued } from '../../kernel/job.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { Notices } from '../notices/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { createCalendars } from './calendars.ts';
import { createCircles } from './circles.ts';
import { nextDue } from './due.ts';
import { createEventCache } from './event-cache.ts';
import { addChanged } from './events.cache.ts';
import { eventNews } from './events.jobs.ts';
import { isOpen } from './events.policy.ts';
import * as repo from './events.repo.ts';
import { eventView, myEventView } from './events.views.ts';
import { createGuests } from './guests.ts';
import { pageAfter, placeOf } from './places.ts';
import { createRsvps } from './rsvps.ts';
import { createSeats } from './seats.ts';
import { lockToChange, lookToSee } from './standing.ts';
import { Tally } from './tally.ts';
import { type Times, timesOf } from './times.ts';
import { relisted } from './trending.ts';

export interface EventsDeps {
  readonly queries: Queries;
  /** For answers, which are committed together. */
  readonly write: Write;
  readonly reads: Reads;
  readonly notices: Pick<Notices, 'notify' | 'withdraw'>;
  readonly rooms: Pick<Rooms, 'mayHost'>;
  readonly publicUrl: string;
  /** 32 random bytes in base64url. */
  readonly newSecret: () => string;
  readonly clock: Clock;
}

export type Events = ReturnType<typeof createEvents>;

const MOST_UPCOMING = 200;

export function createEvents(deps: EventsDeps) {
  const { queries, rooms, notices, clock } = deps;
  const now = (): Date => new Date(clock.now());
  const settle = createSeats(deps);

  async function requireRoom(actor: Actor, roomId: number | null | undefined): Promise<void> {
    if (roomId != null && !(await rooms.mayHost(actor, roomId))) throw new Problem('events.room_not_found');
  }

  /** Columns of the fields that are given. */
  function columnsOf(body: PatchEventBody) {
    const { location } = body;
    return {
      ...(body.title !== undefined && { title: body.title }),
      ...(body.description !== undefined && { description: body.description }),
      ...(body.online !== undefined && { online: body.online }),
      ...(body.url !== undefined && { url: body.url }),
      ...(body.roomId !== undefined && { room_id: body.roomId }),
      ...(body.capacity !== undefined && { capacity: body.capacity }),
      ...(body.visibility !== undefined && { visibility: body.visibility }),
      ...(location !== undefined && { lat: location?.lat ?? null, lng: location?.lng ?? null, address: location?.address ?? '' }),
    };
  }

  function refuseOver({ over_at }: Times): void {
    if (over_at <= now()) throw new Problem('events.times_invalid', { detail: 'It would be over already' });
  }

  /** EV3, EV6, EV8, RV6 */
  async function change(write: Write, actor: Actor, id: number, body: PatchEventBody): Promise<Event> {
    const found = await repo.find(queries, id);
    if (body.roomId !== undefined && body.roomId !== found?.room_id) await requireRoom(actor, body.roomId);
    return unlessRoomGone(write(async (tx, effects) => {
      const before = await lockToChange(tx, id, actor);
      if (before.cancelled_at !== null) throw new Problem('events.cancelled');
      const times = timesOf(body, before);
      const timeMoved = +times.starts_at !== +before.starts_at || +(times.ends_at ?? 0) !== +(before.ends_at ?? 0);
      if (timeMoved) refuseOver(times);
      const columns = { ...columnsOf(body), ...times };
      const roomId = body.roomId === undefined ? before.room_id : body.roomId;
      const opens_room = roomId !== null && (body.opensRoom ?? before.opens_room);
      const placeMoved = hasMoved(before, columns);
      const opensOtherwise = opens_room !== before.opens_room && (before.due === null || before.due === 'start');
      const dueAgain = opensOtherwise || +times.starts_at !== +before.starts_at;
      const row = await repo.update(tx, id, {
        ...columns, opens_room, updated_at: now(),
        sequence: before.sequence + (timeMoved || placeMoved ? 1 : 0),
        ...(dueAgain && nextDue({ ...before, ...times, opens_room }, clock.now())),
      });
      await settle(tx, effects, [{ row, tally: new Tally(row) }]);
      await relisted(tx, effects, [id], now());
      addChanged(effects, row);
      if ((timeMoved || placeMoved) && row.over_at > now()) {
        const changes = [...(timeMoved ? ['time' as const] : []), ...(placeMoved ? ['place' as const] : [])];
        effects.add(enqueued(eventNews, { eventId: id, sequence: row.sequence, news: 'changed', changes }));
      }
      return eventView((await repo.find(tx, id))!);
    }));
  }

  return {
    ...createRsvps({ ...deps, settle }),
    ...createGuests({ ...deps, settle }),
    ...createCircles({ ...deps, settle }),
    ...createCalendars(deps),
    ...createEventCache(deps),

    async create(write: Write, actor: Actor, body: EventBody): Promise<Event> {
      const times = timesOf(body, undefined);
      refuseOver(times);
      await requireRoom(actor, body.roomId);
      if ((await repo.countUpcoming(queries, actor.userId, now())) >= MOST_UPCOMING) throw new Problem('events.too_many');
      const opens_room = body.roomId != null && body.opensRoom === true;
      return unlessRoomGone(write(async (tx, effects) => {
        const row = await repo.insert(tx, {
          ...columnsOf(body), title: body.title, owner_id: actor.userId, ...times, opens_room,
          ...nextDue({ ...times, opens_room, cancelled_at: null }, clock.now()), created_at: now(), updated_at: now(),
        });
        addChanged(effects, row);
        return eventView(row);
      }));
    },

    /** The event as everybody sees it who may; who may is asked apart, by `mayServe`. */
    async view(id: number): Promise<Event> {
      const row = await repo.find(queries, id);
      if (row === undefined) throw new Problem('events.not_found');
      return eventView(row);
    },

    /** Throws unless the actor may see this event. EV1 */
    async mayServe(actor: Actor | undefined, event: Pick<Event, 'id' | 'visibility'>): Promise<void> {
      if (!isOpen(event)) await lookToSee(queries, event.id, actor);
    },

    /** Changes what is given and nothing else. */
    patch: change,

    /** Replaces it: what is left out returns to its default. */
    put(write: Write, actor: Actor, id: number, body: EventBody): Promise<Event> {
      if (body.startsAt === undefined && body.startsAtLocal === undefined) {
        throw new Problem('events.times_invalid', { detail: 'startsAt is missing' });
      }
      return change(write, actor, id, {
        description: '', location: null, online: false, url: null, roomId: null, opensRoom: false, capacity: null,
        visibility: 'public', timeZone: 'UTC', ...(body.endsAtLocal === undefined && { endsAt: null }), ...body,
      });
    },

    /** It stays to be seen, takes no answers any more, and its people are told. Again: nothing happens. EV9 */
    cancel: (write: Write, actor: Actor, id: number): Promise<Event> =>
      write(async (tx, effects) => {
        const before = await lockToChange(tx, id, actor);
        if (before.cancelled_at !== null) return eventView(before);
        if (before.over_at <= now()) throw new Problem('events.over');
        const sequence = before.sequence + 1;
        const row = await repo.update(tx, id, {
          cancelled_at: now(), updated_at: now(), sequence, due: null, due_at: null, due_after_user: 0,
        });
        await relisted(tx, effects, [id], now());
        addChanged(effects, row);
        effects.add(enqueued(eventNews, { eventId: id, sequence, news: 'cancelled', changes: [] }));
        return eventView(row);
      }),

    /** As if it had never been: nobody is told, and invitations are taken back. EV9 */
    remove: (write: Write, actor: Actor, id: number): Promise<void> =>
      write(async (tx, effects) => {
        const row = await lockToChange(tx, id, actor);
        await repo.remove(tx, id);
        await notices.withdraw(tx, effects, { kind: 'event_invitation', subject: `${id}` });
        await relisted(tx, effects, [], now());
        addChanged(effects, row);
      }),

    /** EV7 */
    async list(actor: Actor | undefined, { scope = 'upcoming', past = false, cursor, limit = 20 }: EventsQuery) {
      const window = { now: now(), after: placeOf(cursor), limit: limit + 1 };
      if (scope === 'upcoming') {
        return pageAfter(await repo.listUpcoming(queries, { ...window, viewerId: actor?.userId }), limit, eventView);
      }
      if (actor === undefined) throw new Problem('auth.required');
      const viewerId = actor.userId;
      return scope === 'friends'
        ? pageAfter(await repo.listOfFriends(queries, { ...window, viewerId }), limit, eventView)
        : pageAfter(await repo.listMine(queries, { ...window, viewerId, past }), limit, myEventView);
    },

    /** What somebody holds, the latest first, as the viewer may see it. EV7 */
    async listOfUser(viewerId: number, ownerId: number, { cursor, limit = 20 }: UserEventsQuery) {
      return pageAfter(await repo.listOfUser(queries, { ownerId, viewerId, after: placeOf(cursor), limit: limit + 1 }), limit, eventView);
    },
  };
}

const PLACE = ['lat', 'lng', 'address', 'online', 'url', 'room_id'] as const;
const hasMoved = (before: repo.EventRow, columns: Pick<repo.EventChanges, (typeof PLACE)[number]>): boolean =>
  PLACE.some((name) => columns[name] !== undefined && columns[name] !== before[name]);

/** A room that was removed a moment ago is as one that was never there. */
async function unlessRoomGone<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (repo.isRoomGone(error)) throw new Problem('events.room_not_found');
    throw error;
  }
}
