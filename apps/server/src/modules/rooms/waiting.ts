import type { PlaybackWaiting } from '@watchparty/protocol';
import { isWaiting, positionAt, START_LEAD_MS, type Timeline } from './playback.ts';

/** One person's player, as they reported it last. */
export interface Player {
  /** Of the timeline that the report is about. */
  readonly version: number;
  readonly driftMs: number | null;
  readonly rttMs: number | null;
  readonly buffering: boolean;
  readonly ready: boolean;
  readonly free: boolean;
}

export interface Named {
  readonly userId: number;
  readonly username: string;
}

export interface WaitSettings {
  /** A start waits no longer than this for players to be ready. */
  readonly startMs: number;
  /** A film that plays waits no longer than this for players that lack data. */
  readonly bufferingMs: number;
  /** A player that lacks data for less than this is not waited for. */
  readonly patienceMs: number;
  /** Between two waits the film plays for so long. */
  readonly restMs: number;
  /** One person is waited for so often within `perPersonMs`; then the film goes on without them. */
  readonly perPerson: number;
  readonly perPersonMs: number;
}

export const defaultWaitSettings: WaitSettings = {
  startMs: 10_000, bufferingMs: 8000, patienceMs: 1000, restMs: 10_000, perPerson: 3, perPersonMs: 5 * 60_000,
};

/** A film that stood for less than this goes on without asking whether all are ready. */
const LONG_PAUSE_MS = 60_000;
/** The others go unnamed; the start still waits for its time at most. */
const MOST_NAMED = 50;

/** Whether a start at `nowMs` is one that players must get ready for. LP3 */
export const isFreshStart = ({ movieId, playing, position, at }: Timeline, nowMs: number): boolean =>
  movieId !== null && !playing && (position === 0 || nowMs - at >= LONG_PAUSE_MS);

/** The timeline of a start, held until these people are ready or the time is up. LP3 */
export function heldForStart(started: Timeline, people: readonly Named[], nowMs: number, { startMs }: WaitSettings): Timeline {
  if (people.length === 0) return started;
  return held(started, { reason: 'start', people, sinceMs: nowMs, untilMs: nowMs + startMs });
}

/**
 * The timeline that waits for these people's players, which lack data; undefined: it does not. Whoever else lacks data
 * during a wait is waited for too, without making it longer. `waitedUntilMs`: the end of the last wait. LP4
 */
export function heldForSlow(
  timeline: Timeline, people: readonly Named[], nowMs: number,
  { waitedUntilMs, durationSeconds, settings }: {
    readonly waitedUntilMs: number; readonly durationSeconds: number | null; readonly settings: WaitSettings;
  },
): Timeline | undefined {
  if (!timeline.playing || timeline.movieId === null || people.length === 0) return undefined;
  if (isWaiting(timeline, nowMs)) return joined(timeline, people);
  // A start that lies ahead is time for them already; and at its end the film waits for nobody.
  if (timeline.at > nowMs || nowMs < waitedUntilMs + settings.restMs) return undefined;
  const position = positionAt(timeline, nowMs, durationSeconds);
  if (position === durationSeconds) return undefined;
  const waiting = { reason: 'buffering', people, sinceMs: nowMs, untilMs: nowMs + settings.bufferingMs } as const;
  return held({ ...timeline, version: timeline.version + 1, position }, waiting);
}

/** The timeline once nobody needs waiting for any more; undefined: it begins as soon by itself. LP3, LP4 */
export function wentOn(timeline: Timeline, nowMs: number): Timeline | undefined {
  const at = nowMs + START_LEAD_MS;
  if (!isWaiting(timeline, nowMs) || at >= timeline.at) return undefined;
  return { ...timeline, version: timeline.version + 1, at, waiting: null };
}

/** Whether this wait needs nothing more of a person; `player` undefined: they are not there, or never reported. */
export function isSettled(waiting: PlaybackWaiting, readyFrom: number, there: boolean, player: Player | undefined): boolean {
  if (!there || player?.free === true) return true;
  if (waiting.reason === 'start') return player !== undefined && isReady(player, readyFrom);
  return player !== undefined && !player.buffering;
}

/** Of a report about an earlier timeline nobody knows whether it still holds. */
export const isReady = ({ ready, buffering, version }: Player, sinceVersion: number): boolean =>
  ready && !buffering && version >= sinceVersion;

/** Whether somebody for whom the film waited at these times may be waited for once more. LP5 */
export const mayWaitFor = (waitedAtMs: readonly number[], nowMs: number, settings: WaitSettings): boolean =>
  recent(waitedAtMs, nowMs, settings).length < settings.perPerson;

export const waitedOnceMore = (waitedAtMs: readonly number[], nowMs: number, settings: WaitSettings): number[] =>
  [...recent(waitedAtMs, nowMs, settings), nowMs];

const recent = (waitedAtMs: readonly number[], nowMs: number, { perPersonMs }: WaitSettings): number[] =>
  waitedAtMs.filter((at) => at > nowMs - perPersonMs);

interface Hold {
  readonly reason: PlaybackWaiting['reason'];
  readonly people: readonly Named[];
  readonly sinceMs: number;
  readonly untilMs: number;
}

function held(timeline: Timeline, { reason, people, sinceMs, untilMs }: Hold): Timeline {
  const named = people.slice(0, MOST_NAMED);
  const waiting = { reason, sinceMs, untilMs, userIds: named.map(({ userId }) => userId), usernames: named.map(({ username }) => username) };
  return { ...timeline, at: untilMs, waiting };
}

function joined(timeline: Timeline, people: readonly Named[]): Timeline | undefined {
  const { userIds, usernames, ...rest } = timeline.waiting!;
  const others = people.filter(({ userId }) => !userIds.includes(userId)).slice(0, MOST_NAMED - userIds.length);
  if (rest.reason !== 'buffering' || others.length === 0) return undefined;
  const waiting = {
    ...rest,
    userIds: [...userIds, ...others.map(({ userId }) => userId)],
    usernames: [...usernames, ...others.map(({ username }) => username)],
  };
  return { ...timeline, version: timeline.version + 1, waiting };
}
