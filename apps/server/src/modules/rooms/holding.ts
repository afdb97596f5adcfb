import type { Queries, Tx } from '../../db/index.ts';
import { createBatcher } from '../../kernel/batcher.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import * as repo from './holding.repo.ts';
import { positionAt } from './playback.ts';
import { timelineOf } from './rooms.views.ts';

export type { Place } from './holding.repo.ts';

/** A person in a room, both held until the transaction ends. */
export interface Held {
  /** Where the film stands, null when the room plays none. */
  readonly positionSeconds: number | null;
  /** RO12 and RC1 want to be told of what the person does; see `noteActivity`. */
  readonly isStale: boolean;
}

interface Deps {
  readonly queries: Queries;
  readonly clock: Clock;
  readonly log: Log;
}

const SEEN_EVERY_MS = 60_000;
const ACTIVE_EVERY_MS = 60 * 60 * 1000;

/** For what lives in rooms and changes often, by many people at once: who takes part, for sure and for as long as it matters. */
export function createHolding({ queries, clock, log }: Deps) {
  const ago = (ms: number): Date => new Date(clock.now() - ms);

  const heldBy = (room: repo.HeldRoom, lastSeenAt: Date): Held => ({
    positionSeconds: room.movie_id === null ? null : positionAt(timelineOf(room), clock.now(), room.duration_seconds),
    isStale: lastSeenAt <= ago(SEEN_EVERY_MS) || room.last_activity_at <= ago(ACTIVE_EVERY_MS),
  });

  const noted = createBatcher<repo.Place>(async (places) => {
    try {
      await repo.note(queries, places, new Date(clock.now()), { seen: ago(SEEN_EVERY_MS), active: ago(ACTIVE_EVERY_MS) });
    } catch (error) {
      log.warn({ err: error }, 'What people do in rooms could not be noted');
    }
  });

  return {
    /**
     * Holds the place in its room, so that neither ends before the transaction does; undefined: they take no part. Waits
     * for whoever is just changing it.
     */
    async hold(tx: Tx, place: repo.Place): Promise<Held | undefined> {
      const row = await repo.holdOne(tx, place, { waits: true });
      return row && heldBy(row, row.last_seen_at);
    },

    /**
     * The same for many, who never wait for one: undefined are also those whose room or place somebody is just changing.
     * Ask for each of them alone.
     */
    async holdFree(tx: Tx, places: readonly repo.Place[]): Promise<(Held | undefined)[]> {
      const [only] = places;
      if (only === undefined) return [];
      if (places.length === 1) {
        const row = await repo.holdOne(tx, only, { waits: false });
        return [row && heldBy(row, row.last_seen_at)];
      }
      const rooms = new Map((await repo.holdRooms(tx, [...new Set(places.map(({ roomId }) => roomId))])).map((row) => [row.id, row]));
      const rows = await repo.holdPlaces(tx, places.filter(({ roomId }) => rooms.has(roomId)));
      const held = new Map(rows.map((row) => [`${row.room_id} ${row.user_id}`, heldBy(rooms.get(row.room_id)!, row.last_seen_at)]));
      return places.map(({ roomId, userId }) => held.get(`${roomId} ${userId}`));
    },

    /** The room, if there is one, stays until the transaction ends. To be taken before all that belongs to it. */
    holdRoom: repo.holdRoom,

    /** Which of the names, in lower case, are of people in these rooms. */
    named: (db: Queries, names: readonly { readonly roomId: number; readonly name: string }[]) =>
      names.length === 0 ? Promise.resolve([]) : repo.named(db, names),

    /**
     * The person does something in the room now: keeps `lastSeenAt` true to a minute and the room's last activity to an
     * hour. Not part of the change: under its locks they could wait for one another.
     */
    noteActivity: (place: repo.Place): Promise<void> => noted.add([place]),
  };
}
