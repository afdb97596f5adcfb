import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import type { AttendanceBook } from './attendance.ts';
import type { Board } from './board.ts';
import { isWaiting } from './playback.ts';
import type { createRoomWaits } from './room-waits.ts';
import { timelineOf } from './rooms.views.ts';
import type { Succession } from './succession.ts';
import { heldForSlow, isSettled, type WaitSettings } from './waiting.ts';

export interface WatchSettings extends WaitSettings {
  /** A room without a host online, while others are, gets another after so long. */
  readonly hostGraceMs: number;
}

interface Deps {
  readonly book: AttendanceBook;
  readonly board: Board;
  readonly waits: ReturnType<typeof createRoomWaits>;
  readonly succession: Succession;
  readonly write: Write;
  /** Whether the other nodes are heard: else who is with them only seems to be away. */
  readonly hearsOthers: () => boolean;
  readonly settings: WatchSettings;
  readonly clock: Clock;
  readonly log: Log;
}

/** Somebody who lacks data is looked at this often. */
const LOOK_AGAIN_MS = 1000;
/** Whom the film waits for no more is not asked about for so long. */
const FORGET_EXHAUSTED_MS = 60_000;

interface Watched {
  slowTimer: NodeJS.Timeout | undefined;
  hostTimer: NodeJS.Timeout | undefined;
  /** A change is under way; another look follows it. */
  busy: boolean;
  /** The version that this node has tried to end the wait of. */
  endedVersion: number;
  readonly exhausted: Map<number, number>;
}

/**
 * Watches the rooms that somebody here hears: lets films wait for slow players and go on (LP3, LP4), and gives a room whose
 * hosts are away another (LR6). Every node watches; what is done is decided in the database.
 */
export function createWatch({ book, board, waits, succession, write, hearsOthers, settings, clock, log }: Deps) {
  const rooms = new Map<number, Watched>();
  const underWay = new Set<Promise<void>>();
  let closed = false;

  function watchedOf(roomId: number): Watched {
    const known = rooms.get(roomId);
    if (known !== undefined) return known;
    const watched: Watched = { slowTimer: undefined, hostTimer: undefined, busy: false, endedVersion: -1, exhausted: new Map() };
    rooms.set(roomId, watched);
    return watched;
  }

  async function tried(roomId: number, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (err) {
      log.warn({ err, roomId }, 'A room could not be looked after; it is tried again');
    }
  }

  function run(roomId: number, work: () => Promise<unknown>): void {
    const done = tried(roomId, work);
    underWay.add(done);
    void done.finally(() => underWay.delete(done));
  }

  function lookAtWait(roomId: number, watched: Watched): void {
    const row = board.row(roomId);
    if (row?.playback_waiting == null || !isWaiting(timelineOf(row), clock.now())) return;
    const { playback_waiting: waiting, playback_version: version, playback_ready_from: readyFrom } = row;
    if (watched.endedVersion === version) return;
    const settled = waiting.userIds.every((userId) => {
      const { online, player } = book.of(roomId, userId);
      return isSettled(waiting, readyFrom, online, player);
    });
    if (!settled) return;
    watched.endedVersion = version;
    run(roomId, async () => {
      try {
        await waits.goOn(write, roomId, version);
      } catch (error) {
        watched.endedVersion = -1;
        throw error;
      }
    });
  }

  /** Whom the film could wait for now, in the order in which they began to lack data. */
  function slowIn(roomId: number, { exhausted }: Watched, nowMs: number) {
    return book.slowHere(roomId).filter(({ userId }) => nowMs - (exhausted.get(userId) ?? -Infinity) >= FORGET_EXHAUSTED_MS)
      .toSorted((a, b) => a.bufferingSinceMs - b.bufferingSinceMs);
  }

  function lookForSlow(roomId: number, watched: Watched): void {
    if (watched.busy || closed) return;
    const nowMs = clock.now();
    const slow = slowIn(roomId, watched, nowMs);
    const [first] = slow;
    if (first === undefined) return;
    clearTimeout(watched.slowTimer);
    const waitedEnough = slow.filter(({ bufferingSinceMs }) => nowMs - bufferingSinceMs >= settings.patienceMs);
    const again = (inMs: number): void => {
      watched.slowTimer = setTimeout(() => lookForSlow(roomId, watched), inMs).unref();
    };
    if (waitedEnough.length === 0) return again(Math.max(1, first.bufferingSinceMs + settings.patienceMs - nowMs));
    const row = board.row(roomId);
    const wouldWait = row?.wait_for_slow === true && heldForSlow(timelineOf(row), waitedEnough, nowMs, {
      waitedUntilMs: row.playback_waited_until, durationSeconds: null, settings,
    }) !== undefined;
    if (row === undefined || !wouldWait) return again(LOOK_AGAIN_MS);
    watched.busy = true;
    run(roomId, async () => {
      try {
        for (const userId of await waits.waitFor(write, row, waitedEnough)) watched.exhausted.set(userId, clock.now());
      } finally {
        watched.busy = false;
        if (rooms.get(roomId) === watched && !closed) again(LOOK_AGAIN_MS);
      }
    });
  }

  const needsHost = (roomId: number): boolean => {
    const everybody = book.everybody(roomId);
    if (everybody.length === 0 || board.row(roomId) === undefined) return false;
    const hosts = new Set(board.roster(roomId).filter(({ role }) => role === 'host').map(({ user_id }) => user_id));
    return !everybody.some(({ userId }) => hosts.has(userId));
  };

  function lookForHost(roomId: number, watched: Watched): void {
    if (!needsHost(roomId)) {
      clearTimeout(watched.hostTimer);
      watched.hostTimer = undefined;
    } else if (watched.hostTimer === undefined && !closed) {
      watched.hostTimer = setTimeout(() => {
        watched.hostTimer = undefined;
        if (!needsHost(roomId) || closed) return;
        if (hearsOthers()) {
          run(roomId, async () => {
            const userId = await succession.afterAbsence(write, roomId);
            if (userId !== undefined) log.info({ roomId, userId }, 'A room has another host; those it had are away');
          });
        }
        lookForHost(roomId, watched);
      }, settings.hostGraceMs).unref();
    }
  }

  const unlisten = [
    book.listen((roomId, _userId, change) => {
      if (change === 'figures' || board.row(roomId) === undefined) return;
      const watched = watchedOf(roomId);
      lookAtWait(roomId, watched);
      lookForSlow(roomId, watched);
      if (change === 'online') lookForHost(roomId, watched);
    }),
    board.listen({
      looked(roomId) {
        const watched = watchedOf(roomId);
        lookAtWait(roomId, watched);
        lookForSlow(roomId, watched);
        lookForHost(roomId, watched);
      },
    }),
  ];

  function drop(roomId: number): void {
    const watched = rooms.get(roomId);
    clearTimeout(watched?.slowTimer);
    clearTimeout(watched?.hostTimer);
    rooms.delete(roomId);
  }

  return {
    /** Nobody here hears the room any more. */
    drop,
    async close(): Promise<void> {
      closed = true;
      for (const end of unlisten) end();
      for (const roomId of rooms.keys()) drop(roomId);
      await Promise.all(underWay);
    },
  };
}
