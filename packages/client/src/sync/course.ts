import type { Playback } from '@watchparty/protocol';

/** The room's timeline in force at one moment. */
export type Leg = Pick<Playback, 'position' | 'rate' | 'playing' | 'at'>;

/** A new state begins where the old one would have been by then: nothing jumps. */
const CONTINUOUS_SECONDS = 0.05;

/** Where the film stands on this leg, without end; before a start that lies ahead it is at a place before it. */
export const runningPosition = ({ position, rate, playing, at }: Leg, serverMs: number): number =>
  playing ? position + ((serverMs - at) / 1000) * rate : position;

/** What the room plays, as its states arrive: the newest, and what holds until that begins. */
export class Course {
  #legs: readonly Playback[] = [];

  get newest(): Playback | undefined {
    return this.#legs.at(-1);
  }

  /** `old`: no newer than what is known. `same`: the film goes on as it was, at most with another rate from some moment on. */
  accept(playback: Playback): 'old' | 'same' | 'jump' {
    const last = this.newest;
    if (last !== undefined && playback.version <= last.version) return 'old';
    const goesOn = last !== undefined && last.playing && playback.playing && last.movieId === playback.movieId &&
      playback.at >= last.at && Math.abs(runningPosition(last, playback.at) - playback.position) <= CONTINUOUS_SECONDS;
    this.#legs = goesOn ? [...this.#legs, playback] : [playback];
    return goesOn ? 'same' : 'jump';
  }

  /** Throws a RangeError before the first state. */
  legAt(serverMs: number): Leg {
    const [first] = this.#legs;
    if (first === undefined) throw new RangeError('The room’s playback is not known yet');
    const leg = this.#legs.findLast(({ at }) => at <= serverMs) ?? first;
    return leg;
  }

  /** When the leg after the one in force begins, ms of the server's time; Infinity when none is known. */
  nextAt(serverMs: number): number {
    return this.#legs.slice(1).find(({ at }) => at > serverMs)?.at ?? Infinity;
  }

  /** Forgets what will not hold again. */
  prune(serverMs: number): void {
    const current = this.#legs.findLastIndex(({ at }) => at <= serverMs);
    if (current > 0) this.#legs = this.#legs.slice(current);
  }
}
