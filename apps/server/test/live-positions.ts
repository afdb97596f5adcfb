import type { Player } from '@watchparty/client';
import type { Playback } from '@watchparty/protocol';
import { type Person, trueNow } from './live-person.ts';

/** How far players are from where their rooms' films are. */
export interface Positions {
  /** A timeline that somebody has been told of. */
  heard(playback: Playback): void;
  /** The world is being disturbed: what is seen means nothing for a while. */
  disturbed(): void;
  /** ms, of all samples. */
  readonly errorsMs: readonly number[];
  /** All rooms play, and no player is further from its room's film than it may be. */
  inStep(): boolean;
  close(): void;
}

const IN_STEP_MS = 100;

const SAMPLE_MS = 100;
/** Whoever was connected for so long, whose room's film has gone on and whose world was whole for so long, must be in step. */
const SETTLED_MS = 2000;
/** A page that was just opened does not know the server's time, and its player stands at the beginning. */
const OPENED_MS = 5000;
/** Timers this late tell that the machine had other things to do, and no player could be in step. */
const LATE_MS = 40;

export function watchPositions(people: () => readonly Person[]): Positions {
  const newest = new Map<number, { readonly playback: Playback; readonly sinceMs: number }>();
  /** Since when they know the newest timeline, over a connection that stands. */
  const toldAtMs = new Map<Person, number>();
  const errorsMs: number[] = [];
  let disturbedAtMs = trueNow();
  let sampledAtMs = trueNow();

  function sample(): void {
    const nowMs = trueNow();
    if (nowMs - sampledAtMs > SAMPLE_MS + LATE_MS) disturbedAtMs = nowMs;
    sampledAtMs = nowMs;
    for (const person of people()) {
      const { player, session: { state }, roomId } = person;
      const timeline = newest.get(roomId);
      // On a network that swallows everything nobody hears of a command before that is found out.
      const isTold = state.status === 'entered' && state.playback?.version === timeline?.playback.version;
      if (!isTold) toldAtMs.delete(person);
      else if (!toldAtMs.has(person)) toldAtMs.set(person, nowMs);
      const toldMs = toldAtMs.get(person);
      if (player === undefined || timeline?.playback.playing !== true || toldMs === undefined) continue;
      if (nowMs - person.openedAtMs < OPENED_MS || nowMs - Math.max(disturbedAtMs, toldMs, timeline.sinceMs, timeline.playback.at) < SETTLED_MS) continue;
      errorsMs.push(errorOf(player, timeline.playback));
    }
  }

  const timer = setInterval(sample, SAMPLE_MS);
  return {
    errorsMs,
    inStep: () => people().every(({ player, roomId }) => {
      const playback = newest.get(roomId)?.playback;
      return player === undefined || (playback?.playing === true && player.playing && errorOf(player, playback) <= IN_STEP_MS);
    }),
    heard(playback) {
      const before = newest.get(playback.roomId);
      if (before === undefined || playback.version > before.playback.version) newest.set(playback.roomId, { playback, sinceMs: trueNow() });
    },
    disturbed() {
      disturbedAtMs = trueNow();
    },
    close: () => clearInterval(timer),
  };
}

function errorOf(player: Player, { position, rate, at }: Playback): number {
  const elapsedSeconds = (trueNow() - at) / 1000;
  return Math.abs((player.position - position) / rate - elapsedSeconds) * 1000;
}

/** The value below which this part of the values lies; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
