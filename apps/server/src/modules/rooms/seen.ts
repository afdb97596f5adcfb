import type { Queries } from '../../db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { AttendanceBook } from './attendance.ts';
import * as participants from './participants.repo.ts';

export interface SeenTimings {
  /** Who has opened or closed a room is written down within this time, together. */
  readonly notedMs: number;
  /** Who has one open is written down this often, together. Below an hour, the least after which people are taken out. RC2 */
  readonly onlineMs: number;
}

export const defaultSeenTimings: SeenTimings = { notedMs: 60_000, onlineMs: 30 * 60_000 };

interface Deps {
  readonly queries: Queries;
  readonly book: AttendanceBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings?: SeenTimings;
}

interface Place {
  readonly roomId: number;
  readonly userId: number;
}

/** Bounds one statement. */
const MOST = 5000;

/** When people last had rooms open, in the database: a room in which nobody acts costs one statement of the node in half an hour. RO12 */
export function createSeen({ queries, book, clock, log, timings = defaultSeenTimings }: Deps) {
  let noted = new Map<string, Place>();
  let writing: Promise<void> = Promise.resolve();

  async function writeAll(places: readonly Place[], before: Promise<void>): Promise<void> {
    await before;
    try {
      for (let at = 0; at < places.length; at += MOST) {
        await participants.seen(queries, places.slice(at, at + MOST), new Date(clock.now()));
      }
    } catch (err) {
      log.warn({ err, people: places.length }, 'Could not write down who was seen in rooms');
    }
  }

  const write = (places: readonly Place[]): Promise<void> => (writing = writeAll(places, writing));

  function flush(): Promise<void> {
    if (noted.size === 0) return writing;
    const places = [...noted.values()];
    noted = new Map();
    return write(places);
  }

  const online = (): Promise<void> =>
    write([...book.roomsHere()].flatMap((roomId) => book.here(roomId).map(({ userId }) => ({ roomId, userId }))));

  const timers = [
    setInterval(() => void flush(), timings.notedMs).unref(),
    setInterval(() => void online(), timings.onlineMs).unref(),
  ];

  return {
    /** Somebody has opened or closed a room. */
    note(roomId: number, userId: number): void {
      noted.set(`${roomId} ${userId}`, { roomId, userId });
    },
    /** Writes down at once who has rooms open here. */
    online,
    async close(): Promise<void> {
      timers.forEach(clearInterval);
      await flush();
    },
  };
}
