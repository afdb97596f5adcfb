import {
  LISTED_PEOPLE, type LiveParticipant, type Room, type RoomSnapshot, roomChanged, roomPresence, type ServerEvent,
} from '@watchparty/protocol';
import type { Static, TSchema } from 'typebox';
import type { Queries } from '../../db/index.ts';
import type { Log } from '../../kernel/log.ts';
import type { AttendanceBook } from './attendance.ts';
import * as participants from './participants.repo.ts';
import type { RoomNews } from './room-news.ts';
import * as repo from './rooms.repo.ts';
import { liveParticipantView, playbackView, roomView } from './rooms.views.ts';

export interface BoardTimings {
  /** Between two tellings to a room, at least. */
  readonly gatherMs: number;
  /** The same, for each person in the list, while only drift and round trips change. */
  readonly figuresMsPerPerson: number;
}

export const defaultBoardTimings: BoardTimings = { gatherMs: 250, figuresMsPerPerson: 25 };

/** Between two tellings that only drift and round trips cause. */
const FIGURES_MS = 1000;

interface Deps {
  readonly queries: Queries;
  readonly book: AttendanceBook;
  readonly news: RoomNews;
  readonly log: Log;
  /** Tells this node's connections that hear the room. */
  readonly tell: <P extends TSchema>(roomId: number, event: ServerEvent<P>, payload: Static<P>) => void;
  readonly timings?: BoardTimings;
}

export interface BoardListener {
  /** What is known of the room, or of who is there, may be other than before. */
  looked(roomId: number): void;
}

/** One room that somebody here hears: what they were told, and what they are to be told next. */
interface Shown {
  row: repo.RoomRow | undefined;
  roster: readonly participants.ParticipantRow[];
  room: Room | undefined;
  people: Map<number, LiveParticipant>;
  onlineCount: number;
  /** Since they were last told: whose entries have changed, or came and went. */
  readonly dirty: Set<number>;
  roomIsDirty: boolean;
  countsAreDirty: boolean;
  toldAtMs: number;
  timer: NodeJS.Timeout | undefined;
  dueAtMs: number;
  lookedAtMs: number;
  looking: Promise<void> | undefined;
  next: Promise<void> | undefined;
  lookTimer: NodeJS.Timeout | undefined;
}

export type Board = ReturnType<typeof createBoard>;

/**
 * What everybody here who hears a room is told of it and its people. A snapshot and what is told after it come from the
 * same picture, so that together they are always the picture as it is. LR2, LR3
 */
export function createBoard({ queries, book, news, log, tell, timings = defaultBoardTimings }: Deps) {
  const rooms = new Map<number, Shown>();
  const listeners = new Set<BoardListener>();
  let closed = false;

  function shownOf(roomId: number): Shown {
    const known = rooms.get(roomId);
    if (known !== undefined) return known;
    const shown: Shown = {
      row: undefined, roster: [], room: undefined, people: new Map(), onlineCount: 0, dirty: new Set(), roomIsDirty: false,
      countsAreDirty: false, toldAtMs: -Infinity, timer: undefined, dueAtMs: Infinity, lookedAtMs: -Infinity,
      looking: undefined, next: undefined, lookTimer: undefined,
    };
    rooms.set(roomId, shown);
    return shown;
  }

  function drop(roomId: number): void {
    const shown = rooms.get(roomId);
    clearTimeout(shown?.timer);
    clearTimeout(shown?.lookTimer);
    rooms.delete(roomId);
  }

  const isHeard = (roomId: number): boolean => !closed && rooms.has(roomId);

  async function look(roomId: number, shown: Shown): Promise<void> {
    shown.lookedAtMs = performance.now();
    const [row, roster] = await Promise.all([repo.find(queries, roomId), participants.listed(queries, roomId, LISTED_PEOPLE)]);
    if (rooms.get(roomId) !== shown) return;
    shown.row = row;
    shown.roster = roster;
    const room = row && roomView(row);
    const isFirst = shown.room === undefined;
    if (!isSame(shown.room, room)) shown.roomIsDirty = shown.countsAreDirty = true;
    shown.room = room;
    compare(roomId, shown);
    // Whoever asked is given it all.
    if (isFirst) settle(shown);
    tellSoon(roomId, shown, gatherMs(shown));
    for (const listener of listeners) listener.looked(roomId);
  }

  /** Resolves when a look that began after the call has ended; all who ask during one share the next. */
  function fresh(roomId: number): Promise<void> {
    const shown = shownOf(roomId);
    const begin = (): Promise<void> => {
      shown.next = undefined;
      shown.looking = look(roomId, shown).finally(() => {
        shown.looking = undefined;
      });
      return shown.looking;
    };
    if (shown.looking === undefined) return begin();
    shown.next ??= shown.looking.then(begin, begin);
    return shown.next;
  }

  function lookSoon(roomId: number): void {
    const shown = rooms.get(roomId);
    if (shown === undefined || shown.lookTimer !== undefined || closed) return;
    const inMs = Math.max(0, shown.lookedAtMs + gatherMs(shown) - performance.now());
    shown.lookTimer = setTimeout(() => {
      shown.lookTimer = undefined;
      fresh(roomId).catch((err: unknown) => {
        log.warn({ err, roomId }, 'What a room shows could not be read; it is tried again');
        shown.lookTimer = setTimeout(() => {
          shown.lookTimer = undefined;
          lookSoon(roomId);
        }, 1000).unref();
      });
    }, inMs).unref();
  }

  /** Brings the list of people up to what is known of them. */
  function compare(roomId: number, shown: Shown): void {
    const people = new Map(shown.roster.map((row) => [row.user_id, liveParticipantView(row, book.of(roomId, row.user_id))]));
    for (const [userId, person] of people) if (!isSame(shown.people.get(userId), person)) shown.dirty.add(userId);
    for (const userId of shown.people.keys()) if (!people.has(userId)) shown.dirty.add(userId);
    shown.people = people;
    const online = book.everybody(roomId).length;
    if (online !== shown.onlineCount) shown.countsAreDirty = true;
    shown.onlineCount = online;
  }

  /** In a large room each telling goes to many. */
  const gatherMs = ({ room }: Shown): number => timings.gatherMs * Math.max(1, (room?.participantCount ?? 0) / 500);
  const figuresMs = ({ roster }: Shown): number => Math.max(FIGURES_MS, timings.figuresMsPerPerson * roster.length);

  function tellSoon(roomId: number, shown: Shown, gapMs: number): void {
    if (shown.room === undefined || !(shown.roomIsDirty || shown.countsAreDirty || shown.dirty.size > 0)) return;
    const nowMs = performance.now();
    const dueAtMs = Math.max(nowMs, shown.toldAtMs + gapMs);
    if (dueAtMs >= shown.dueAtMs) return;
    clearTimeout(shown.timer);
    shown.dueAtMs = dueAtMs;
    shown.timer = setTimeout(() => tellNow(roomId, shown), dueAtMs - nowMs).unref();
  }

  function tellNow(roomId: number, shown: Shown): void {
    shown.timer = undefined;
    shown.dueAtMs = Infinity;
    if (!isHeard(roomId) || shown.room === undefined) return;
    shown.toldAtMs = performance.now();
    compare(roomId, shown);
    const { room, people, dirty, onlineCount } = shown;
    if (shown.roomIsDirty) tell(roomId, roomChanged, { room });
    if (dirty.size > 0 || shown.countsAreDirty) {
      const partial = room.participantCount > LISTED_PEOPLE;
      const changed = partial ? [...dirty].flatMap((userId) => people.get(userId) ?? []) : [...people.values()];
      const left = partial ? [...dirty].filter((userId) => !people.has(userId)) : [];
      tell(roomId, roomPresence, {
        roomId, participants: changed, partial, left, participantCount: room.participantCount, onlineCount,
      });
    }
    settle(shown);
  }

  function settle(shown: Shown): void {
    shown.dirty.clear();
    shown.roomIsDirty = shown.countsAreDirty = false;
  }

  const unlistenBook = book.listen((roomId, userId, change) => {
    const shown = rooms.get(roomId);
    if (shown === undefined) return;
    if (change === 'online') shown.countsAreDirty = true;
    else if (!shown.people.has(userId)) return;
    if (shown.people.has(userId)) shown.dirty.add(userId);
    tellSoon(roomId, shown, change === 'figures' ? figuresMs(shown) : gatherMs(shown));
  });
  const unlistenNews = news.listen({
    touched: (roomIds) => roomIds.forEach(lookSoon),
    mayHaveMissed: () => [...rooms.keys()].forEach(lookSoon),
  });

  return {
    listen(listener: BoardListener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** The room as it is after the call, and who is there; undefined: it is gone. From now on changes are told, until `drop`. */
    async snapshot(roomId: number): Promise<Omit<RoomSnapshot, 'messages'> | undefined> {
      await fresh(roomId);
      const shown = rooms.get(roomId);
      if (shown?.row === undefined || shown.room === undefined) return undefined;
      compare(roomId, shown);
      const { room, row, people, onlineCount } = shown;
      tellSoon(roomId, shown, gatherMs(shown));
      return { room, playback: playbackView(row), participants: [...people.values()], onlineCount };
    },

    /** The room as it was last read; undefined: nobody here hears it. */
    row: (roomId: number): repo.RoomRow | undefined => rooms.get(roomId)?.row,
    /** Its first people, hosts among them. */
    roster: (roomId: number): readonly participants.ParticipantRow[] => rooms.get(roomId)?.roster ?? [],
    rooms: (): Iterable<number> => rooms.keys(),
    lookSoon,
    /** Nobody here hears the room any more. */
    drop,

    async close(): Promise<void> {
      closed = true;
      unlistenBook();
      unlistenNews();
      listeners.clear();
      const looks = [...rooms.values()].flatMap(({ looking = [] }) => looking);
      for (const roomId of rooms.keys()) drop(roomId);
      await Promise.allSettled(looks);
    },
  };
}

/** When somebody was last seen changes as they do something; that they are there says it better. */
function isSame(a: Room | LiveParticipant | undefined, b: Room | LiveParticipant | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  return Object.keys(other).every((field) => field === 'lastSeenAt' || one[field] === other[field]);
}
