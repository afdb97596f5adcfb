import { type Leg, runningPosition } from './course.ts';
import type { Latencies } from './latency.ts';
import type { PlayerSnapshot } from './player.ts';

export interface Destination {
  /** It plays, now or soon. */
  readonly leg: Leg;
  /** Server minus local, ms. */
  readonly offsetMs: number;
  /** How far the player shall be ahead of the room, s. */
  readonly aheadSeconds: number;
  /** The time is known well enough to start by it. */
  readonly mayPlay: boolean;
  /** The player's position was set since it played last. */
  readonly afterSeek: boolean;
  /** A seek is under way. */
  readonly seeking: boolean;
}

export interface ApproachStep {
  readonly seekTo?: number;
  /** Play now. `dueMs`: when the position should begin to move, local ms. */
  readonly play?: { readonly dueMs: number };
  readonly againInMs: number;
}

/** Wait here until it is time. */
interface Aim {
  /** Undefined: where the player is anyway. */
  readonly position: number | undefined;
  readonly chosenMs: number;
  /** By which clock, and for which leg, it was chosen. */
  readonly offsetMs: number;
  readonly leg: Leg;
  /** Chosen by a clock that was not good enough to start by. */
  readonly provisional: boolean;
}

const MAX_RE_AIMS = 2;
/** Later than this, a start is made good sooner by another place than by a faster rate. */
const LATE_MS = 30;
/** A player that landed this near is there. */
const THERE_SECONDS = 0.02;
/** Rather wait for the film to come here than seek. */
const WAIT_MS = 500;
const MARGIN_MS = 60;
/** While the clock is still unknown, what is fetched should serve when it is known. */
const UNSYNCED_LEAD_MS = 1000;
/** The player may go on playing up to here without fetching more. */
const ENOUGH_SECONDS = 0.5;
const ROUNDING_SECONDS = 0.05;
const GIVE_UP_MS = 8000;
const ARRIVES_WITHIN_MS = 600;
/** Nobody waits for a place that is further away. */
const ARRIVES_SECONDS = 5;
const SOON_MS = 20;
const CLOCK_STEP_MS = 250;

/** Is the film there, and a little beyond? Undefined: the player does not tell. */
export function holds(
  { buffered, duration }: PlayerSnapshot, position: number, beyondSeconds = ENOUGH_SECONDS,
): boolean | undefined {
  const until = Math.min(duration - 0.1, position + beyondSeconds);
  return buffered?.some(({ start, end }) => start <= position + ROUNDING_SECONDS && end >= until);
}

/**
 * The way to a start in time: be paused at a place that the film will reach soon, and call `play()` as much earlier as
 * this player takes. When that fails, another place: at most twice, then late is better than never.
 */
export class Approach {
  readonly #latencies: Latencies;
  #aim: Aim | null = null;
  /** Since when the player waits at the aim with data, but too late. */
  #lateSinceMs: number | null = null;
  #reAims = 0;
  #allReAims = 0;

  constructor(latencies: Latencies) {
    this.#latencies = latencies;
  }

  /** Ever. */
  get reAims(): number {
    return this.#allReAims;
  }

  begin(): void {
    this.#aim = null;
    this.#reAims = 0;
  }

  /** Another attempt; false when there were enough. */
  again(): boolean {
    if (this.#reAims >= MAX_RE_AIMS) return false;
    this.#reAims += 1;
    this.#allReAims += 1;
    this.#aim = null;
    return true;
  }

  step(player: PlayerSnapshot, destination: Destination): ApproachStep {
    const nowMs = player.atMs;
    if (this.#aim !== null && isOutdated(this.#aim, destination)) this.#aim = null;
    if (this.#aim === null) {
      const aim = this.#choose(player, destination);
      this.#aim = aim;
      this.#lateSinceMs = null;
      // A paused player shows in its next snapshot where it came to rest.
      if (aim.position === undefined) return player.playing ? { againInMs: SOON_MS } : this.step(player, destination);
      if (this.#isThere(player, aim.position, destination)) return this.step(player, destination);
      return { seekTo: aim.position, againInMs: SOON_MS };
    }
    const idle = !destination.seeking && !player.buffering;
    // Where it landed is where it starts, for some players only seek to key frames.
    const position = idle ? player.position : (this.#aim.position ?? player.position);
    const dueMs = startMs(destination, position);
    const lateMs = nowMs - (dueMs - this.#playMs(destination));
    if (!idle) return this.#waitForData(player, destination, lateMs);
    if (player.playing || !destination.mayPlay) return { againInMs: SOON_MS };
    if (lateMs < -1) return { againInMs: -lateMs };
    if (lateMs > LATE_MS && this.#soonBuffered(player, destination)) return { againInMs: SOON_MS };
    if (lateMs <= LATE_MS || !this.again()) return { play: { dueMs }, againInMs: Infinity };
    return this.step(player, destination);
  }

  /** The film has just begun to arrive here: a moment later there will be enough of it to go on from a later place. */
  #soonBuffered(player: PlayerSnapshot, destination: Destination): boolean {
    this.#lateSinceMs ??= player.atMs;
    const near = placeIn(destination, player.atMs + this.#leadMs('buffered'));
    return this.#reAims < MAX_RE_AIMS && holds(player, near) === false && player.atMs - this.#lateSinceMs < ARRIVES_WITHIN_MS &&
      holds(player, player.position, 0) === true && near - player.position < ARRIVES_SECONDS;
  }

  #waitForData(player: PlayerSnapshot, destination: Destination, lateMs: number): ApproachStep {
    const wait = { againInMs: Infinity };
    if (lateMs <= LATE_MS) return wait;
    const stuck = !destination.seeking && player.atMs - (this.#aim?.chosenMs ?? 0) > GIVE_UP_MS;
    const near = placeIn(destination, player.atMs + this.#leadMs('buffered'));
    const elsewhere = holds(player, near) === true && this.#aim?.position !== near;
    if (stuck) this.#aim = null;
    else if (!elsewhere || !this.again()) return wait;
    return this.step(player, destination);
  }

  #choose(player: PlayerSnapshot, destination: Destination): Aim {
    const { leg, offsetMs, mayPlay, seeking } = destination;
    const nowMs = player.atMs;
    const aim = (position: number | undefined): Aim => ({ position, chosenMs: nowMs, offsetMs, leg, provisional: !mayPlay });
    const untilStartMs = startMs(destination, leg.position) - nowMs;
    const idle = !seeking && !player.buffering;
    const near = placeIn(destination, nowMs + this.#leadMs('buffered'));
    const fetching = this.#leadMs('cold') * (1 + this.#reAims * 0.75) + (mayPlay ? 0 : UNSYNCED_LEAD_MS);
    if (untilStartMs > 0) {
      const inTime = untilStartMs - this.#playMs(destination) >= -LATE_MS;
      if (inTime && this.#isThere(player, leg.position, destination)) return aim(undefined);
      const needMs = holds(player, leg.position) === true ? this.#leadMs('buffered') : fetching;
      if (untilStartMs >= needMs * 0.6) return aim(clamp(leg.position, player));
    } else if (idle && mayPlay) {
      const waitMs = startMs(destination, player.position) - this.#playMs(destination) - nowMs;
      if (waitMs >= -LATE_MS && waitMs <= WAIT_MS) return aim(undefined);
    }
    const far = placeIn(destination, nowMs + fetching);
    return aim(clamp(mayPlay && holds(player, near) === true ? near : far, player));
  }

  #isThere(player: PlayerSnapshot, position: number, { seeking }: Destination): boolean {
    return !seeking && !player.playing && Math.abs(player.position - position) <= THERE_SECONDS;
  }

  #playMs({ afterSeek }: Destination): number {
    return (afterSeek ? this.#latencies.playAfterSeek : this.#latencies.playAfterPause).ms;
  }

  /** From now until a start at another place. */
  #leadMs(where: 'buffered' | 'cold'): number {
    const { seekBuffered, seekCold, playAfterSeek } = this.#latencies;
    const seekMs = where === 'buffered' ? seekBuffered.ms : seekCold.ms * 1.25 + MARGIN_MS;
    return seekMs + playAfterSeek.ms + MARGIN_MS;
  }
}

/** Chosen before the time was known, by a clock that has turned out to be wrong, or for what holds no more. */
const isOutdated = ({ provisional, offsetMs, leg }: Aim, destination: Destination): boolean =>
  (provisional && destination.mayPlay) || leg !== destination.leg || Math.abs(offsetMs - destination.offsetMs) > CLOCK_STEP_MS;

/** When the film is at this position for this viewer, local ms. */
const startMs = ({ leg, offsetMs, aheadSeconds }: Destination, position: number): number =>
  leg.at - offsetMs + ((position - aheadSeconds - leg.position) / leg.rate) * 1000;

/** Where the film is for this viewer at a local time. */
const placeIn = ({ leg, offsetMs, aheadSeconds }: Destination, localMs: number): number =>
  runningPosition(leg, localMs + offsetMs) + aheadSeconds;

const clamp = (position: number, { duration }: PlayerSnapshot): number =>
  Math.max(0, Math.min(position, Number.isFinite(duration) ? duration - 0.05 : position));
