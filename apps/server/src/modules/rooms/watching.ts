import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Write } from '../../kernel/write.ts';
import type { AttendanceBook } from './attendance.ts';
import type { Board } from './board.ts';
import { endsAtMs, type Timeline } from './playback.ts';
import { timelineOf } from './rooms.views.ts';
import { defaultSeenTimings, type SeenTimings } from './seen.ts';
import * as repo from './watching.repo.ts';

/** Somebody's player has followed one timeline without interruption, by the server's clock, ms. */
export interface Stretch {
  readonly userId: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeline: Timeline;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** A film whose length nobody knows is not watched for longer than this without anybody acting. */
const LONGEST_MS = 6 * 60 * 60 * 1000;
/** Bounds one change. */
const MOST = 1000;

/**
 * What each day (UTC) gets of one person's stretches: no moment twice, none before `countedMs`, none past a film's end.
 * Answers also until when all is counted then.
 */
export function daysOf(
  stretches: readonly Stretch[], countedMs: number, durationOf: (movieId: number) => number | null,
): { readonly days: ReadonlyMap<string, number>; readonly countedMs: number } {
  const days = new Map<string, number>();
  let counted = countedMs;
  for (const { fromMs, toMs, timeline } of stretches.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const over = timeline.movieId === null ? null : endsAtMs(timeline, durationOf(timeline.movieId));
    const to = Math.min(toMs, over ?? Infinity, timeline.at + LONGEST_MS);
    for (let from = Math.max(fromMs, counted, timeline.at); from < to;) {
      const midnight = (Math.floor(from / DAY_MS) + 1) * DAY_MS;
      const end = Math.min(to, midnight);
      const day = new Date(from).toISOString().slice(0, 10);
      days.set(day, (days.get(day) ?? 0) + end - from);
      from = counted = end;
    }
  }
  return { days, countedMs: counted };
}

interface Deps {
  readonly book: AttendanceBook;
  readonly board: Pick<Board, 'row' | 'listen'>;
  readonly write: Write;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings?: SeenTimings;
}

/**
 * How long people watch: noted in memory by what their players say, written down together, within a minute of a stretch's
 * end or every half hour of one that goes on. RD3
 */
export function createWatching({ book, board, write, clock, log, timings = defaultSeenTimings }: Deps) {
  /** Of people of this node, by room. */
  const open = new Map<number, Map<number, { readonly fromMs: number; readonly timeline: Timeline }>>();
  let ended: Stretch[] = [];
  let writing: Promise<void> = Promise.resolve();

  /** The timeline that this person's player follows. */
  function followed(roomId: number, userId: number): Timeline | undefined {
    const player = book.hereIn(roomId, userId)?.player;
    const row = board.row(roomId);
    if (player == null || !player.ready || player.buffering || player.free || row === undefined) return undefined;
    const timeline = timelineOf(row);
    return timeline.playing && timeline.movieId !== null ? timeline : undefined;
  }

  function look(roomId: number, userId: number): void {
    const people = open.get(roomId);
    const before = people?.get(userId);
    const timeline = followed(roomId, userId);
    if (before?.timeline.version === timeline?.version) return;
    const nowMs = clock.now();
    if (before !== undefined) {
      ended.push({ userId, toMs: nowMs, ...before });
      people!.delete(userId);
      if (people!.size === 0) open.delete(roomId);
    }
    if (timeline === undefined) return;
    const here = open.get(roomId) ?? new Map();
    open.set(roomId, here.set(userId, { fromMs: nowMs, timeline }));
  }

  async function store(stretches: readonly Stretch[]): Promise<void> {
    const byUser = Map.groupBy(stretches, ({ userId }) => userId);
    await write(async (tx) => {
      const counted = await repo.lockCounted(tx, [...byUser.keys()]);
      const movieIds = new Set(stretches.flatMap(({ timeline: { movieId } }) => movieId ?? []));
      const seconds = await repo.durations(tx, [...movieIds]);
      const days: repo.WatchedDay[] = [];
      const until = new Map<number, Date>();
      for (const [userId, before] of counted) {
        const all = daysOf(byUser.get(userId) ?? [], before?.getTime() ?? -Infinity, (id) => seconds.get(id) ?? null);
        for (const [day, ms] of all.days) days.push({ userId, day, ms: Math.round(ms) });
        if (all.days.size > 0) until.set(userId, new Date(all.countedMs));
      }
      if (days.length > 0) await repo.addWatched(tx, days, until);
    });
  }

  async function storeAll(stretches: readonly Stretch[], before: Promise<void>): Promise<void> {
    await before;
    for (let at = 0; at < stretches.length; at += MOST) {
      try {
        await store(stretches.slice(at, at + MOST));
      } catch (err) {
        // Whether it was committed nobody knows: said again it could not count twice, but the database may be away for long.
        log.warn({ err, stretches: Math.min(MOST, stretches.length - at) }, 'Could not write down what people have watched');
      }
    }
  }

  function flush(): Promise<void> {
    if (ended.length === 0) return writing;
    const stretches = ended;
    ended = [];
    return (writing = storeAll(stretches, writing));
  }

  /** Writes down what is under way too; that goes on. */
  function flushAll(): Promise<void> {
    const nowMs = clock.now();
    for (const people of open.values()) {
      for (const [userId, { fromMs, timeline }] of people) {
        ended.push({ userId, fromMs, toMs: nowMs, timeline });
        people.set(userId, { fromMs: nowMs, timeline });
      }
    }
    return flush();
  }

  const unlisten = [
    book.listen((roomId, userId, change) => {
      if (change !== 'figures') look(roomId, userId);
    }),
    board.listen({
      looked(roomId) {
        for (const { userId } of book.here(roomId)) look(roomId, userId);
      },
    }),
  ];
  const timers = [
    setInterval(() => void flush(), timings.notedMs).unref(),
    setInterval(() => void flushAll(), timings.onlineMs).unref(),
  ];

  return {
    /** Settles when what has ended so far is written down. */
    flush,
    flushAll,
    async close(): Promise<void> {
      timers.forEach(clearInterval);
      for (const end of unlisten) end();
      await flushAll();
    },
  };
}
