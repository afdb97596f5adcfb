import type { Playback } from '@watchparty/protocol';
import type { Person } from './live-person.ts';

/** How far players are from where their rooms' films are. */
export interface Positions {
  /** A timeline that somebody has been told of. */
  heard(playback: Playback): void;
  /** ms, of all samples. */
  readonly errorsMs: readonly number[];
  close(): void;
}

const SAMPLE_MS = 100;
/** Whoever was connected for so long, and whose room's film has gone on undisturbed for so long, must be in step. */
const SETTLED_MS = 2000;

/** All nodes and players are on this machine, so its clock is the true one. */
const trueNow = (): number => performance.timeOrigin + performance.now();

export function watchPositions(people: () => readonly Person[]): Positions {
  const newest = new Map<number, { readonly playback: Playback; readonly sinceMs: number }>();
  const enteredAtMs = new Map<Person, number>();
  const errorsMs: number[] = [];

  function sample(): void {
    const nowMs = trueNow();
    for (const person of people()) {
      const { player, session, roomId } = person;
      const timeline = newest.get(roomId);
      if (session.state.status !== 'entered') enteredAtMs.delete(person);
      else if (!enteredAtMs.has(person)) enteredAtMs.set(person, nowMs);
      const enteredMs = enteredAtMs.get(person);
      if (player === undefined || timeline === undefined || enteredMs === undefined) continue;
      const { playback, sinceMs } = timeline;
      if (nowMs - Math.max(enteredMs, sinceMs, playback.at) < SETTLED_MS) continue;
      const moved = playback.playing ? ((trueNow() - playback.at) / 1000) * playback.rate : 0;
      if (playback.playing) errorsMs.push((Math.abs(player.position - playback.position - moved) * 1000) / playback.rate);
    }
  }

  const timer = setInterval(sample, SAMPLE_MS);
  return {
    errorsMs,
    heard(playback) {
      const before = newest.get(playback.roomId);
      if (before === undefined || playback.version > before.playback.version) newest.set(playback.roomId, { playback, sinceMs: trueNow() });
    },
    close: () => clearInterval(timer),
  };
}

/** The value below which this part of the values lies; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
