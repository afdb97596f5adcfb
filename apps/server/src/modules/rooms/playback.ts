import type { PlaybackCommand, PlaybackWaiting } from '@watchparty/protocol';

/** One room's timeline: at server time `at` (ms since the epoch) the film stands at `position` seconds. */
export interface Timeline {
  readonly version: number;
  readonly movieId: number | null;
  readonly position: number;
  readonly rate: number;
  readonly playing: boolean;
  readonly at: number;
  /** Not null: the start at `at` lies ahead because of these people. Over by then, or by the next command. */
  readonly waiting: PlaybackWaiting | null;
  /** The version that the last command made: what changed the timeline since did so without one. */
  readonly commandsFrom: number;
  /** The version that put the film where it starts from: players that were ready then or later are. */
  readonly readyFrom: number;
}

/** Time for a command to reach everyone before it takes effect, so that all start together. */
export const START_LEAD_MS = 400;
/** A jump or a new rate while playing: players need longer, they have to fetch and decode first. */
export const SEEK_LEAD_MS = 800;

/** Whether the film stands still for somebody at `nowMs`. */
export const isWaiting = ({ waiting }: Timeline, nowMs: number): boolean => waiting !== null && nowMs < waiting.untilMs;

export type CommandRefusal = 'version_conflict' | 'incomplete';

/** Where the film stands at `nowMs`; before a start that lies ahead, where it will start. PB1, PB4 */
export function positionAt(timeline: Timeline, nowMs: number, durationSeconds: number | null): number {
  const moved = timeline.playing ? (Math.max(0, nowMs - timeline.at) / 1000) * timeline.rate : 0;
  return clamp(timeline.position + moved, durationSeconds);
}

/** When the film will be over if nobody acts; null: not known, or it stands still. */
export function endsAtMs(timeline: Timeline, durationSeconds: number | null): number | null {
  if (timeline.movieId === null || !timeline.playing || durationSeconds === null) return null;
  return timeline.at + (1000 * Math.max(0, durationSeconds - timeline.position)) / timeline.rate;
}

/** Another film, from its beginning, at a time that lets all have some of it by then. */
export const playsNext = (timeline: Timeline, movieId: number, nowMs: number): Timeline =>
  ({ ...loaded(timeline, movieId, nowMs), playing: true, at: nowMs + SEEK_LEAD_MS });

/**
 * The timeline after a command that arrived at `nowMs`, or why it is refused. `durationSeconds`: of the movie that
 * plays now, null when it is not known. PB2–PB6
 */
export function apply(
  timeline: Timeline,
  command: PlaybackCommand,
  nowMs: number,
  durationSeconds: number | null,
): Timeline | CommandRefusal {
  if (command.version < timeline.commandsFrom || command.version > timeline.version) return 'version_conflict';
  const version = timeline.version + 1;
  const next = { ...timeline, version, commandsFrom: version, waiting: null };
  const here = positionAt(timeline, nowMs, durationSeconds);
  const target = command.position === undefined ? undefined : clamp(command.position, durationSeconds);
  const readyFrom = target === undefined ? timeline.readyFrom : version;
  switch (command.action) {
    case 'play':
      // Pressed twice: for those who watch, nothing changes.
      if (timeline.playing && target === undefined && !isWaiting(timeline, nowMs)) return next;
      return { ...next, readyFrom, playing: true, position: target ?? here, at: nowMs + START_LEAD_MS };
    case 'pause':
      return { ...next, readyFrom, playing: false, position: target ?? here, at: nowMs };
    case 'seek':
      if (target === undefined) return 'incomplete';
      return { ...next, readyFrom, position: target, at: timeline.playing ? nowMs + SEEK_LEAD_MS : nowMs };
    case 'rate': {
      if (command.rate === undefined) return 'incomplete';
      if (!timeline.playing) return { ...next, rate: command.rate, position: here, at: nowMs };
      // The old rate holds until the new one begins.
      const at = nowMs + SEEK_LEAD_MS;
      return { ...next, rate: command.rate, position: positionAt(timeline, at, durationSeconds), at };
    }
    case 'load':
      if (command.movieId === undefined) return 'incomplete';
      return loaded(timeline, command.movieId, nowMs);
  }
}

/** Another movie, or none: from its beginning, not yet playing. PB5 */
export function loaded(timeline: Timeline, movieId: number | null, nowMs: number): Timeline {
  const version = timeline.version + 1;
  return { version, movieId, position: 0, rate: 1, playing: false, at: nowMs, waiting: null, commandsFrom: version, readyFrom: version };
}

const clamp = (position: number, durationSeconds: number | null): number =>
  Math.max(0, durationSeconds === null ? position : Math.min(position, durationSeconds));
