import type { Playback } from '@watchparty/protocol';
import { Approach, type Destination, holds } from './approach.ts';
import type { ClockReading } from './clock.ts';
import { Course, type Leg, runningPosition } from './course.ts';
import { Latencies } from './latency.ts';
import type { PlayerCommand, PlayerSnapshot } from './player.ts';
import { Regulator } from './regulator.ts';

export type FollowerState =
  /** There is nothing to follow yet. */
  | 'idle'
  /** The viewer watches at their own pace. */
  | 'free'
  /** The player has no film yet. */
  | 'loading'
  /** The player has failed: `reason` says why. */
  | 'failed'
  /** The browser wants a gesture before it plays: call `retry` from one. */
  | 'blocked'
  /** The server's clock is not known well enough yet. */
  | 'unsynced'
  | 'paused'
  /** Getting to the right place, to start at the right time. */
  | 'starting'
  | 'playing'
  /** A little faster or slower than the room, to get in step. */
  | 'correcting'
  /** The player waits for data. */
  | 'buffering'
  /** Somebody else paused the player; it is started again soon. */
  | 'interrupted'
  | 'ended';

export interface FollowerStatus {
  readonly state: FollowerState;
  /** Where the player is, less where it should be, in ms of time as it passes; positive: ahead. Null when not known. */
  readonly driftMs: number | null;
  /** The player could play from where it is: it has a film, data, leave to play, and no seek is under way. */
  readonly ready: boolean;
  /** The film runs, and the player has lacked data for longer than a seek takes. Not while it joins: nobody waits for that. */
  readonly buffering: boolean;
  readonly reason?: string;
}

export interface FollowerOutput {
  readonly commands: readonly PlayerCommand[];
  readonly status: FollowerStatus;
  /** The next tick is due then at the latest, ms. */
  readonly nextTickInMs: number;
}

export interface FollowerInput {
  readonly player: PlayerSnapshot;
  readonly clock: ClockReading;
}

export interface FollowerCounts {
  /** Seeks of any kind; those that the room asked for among them. */
  readonly seeks: number;
  /** Because the player was more than a second off while it played. */
  readonly correctiveSeeks: number;
  /** Further attempts to start in time, after the first had come too late. */
  readonly reAims: number;
  readonly rateChanges: number;
}

export const TICK_MS = 100;
/** Too far for a change of rate. */
const SEEK_PAST_MS = 1000;
const SEEK_SPACING_MS = 2000;
const MAX_SPACING_MS = 30_000;
/** Off by more than this right after a start, it is quicker to start again. */
const RESTART_PAST_MS = 100;
const SETTLING_MS = 3000;
/** In order for so long, all is forgiven. */
const GOOD_AFTER_MS = 10_000;
/** What a player shows right after it began to move is not steady yet. */
const START_BLANK_MS = 60;
const MOVED_SECONDS = 0.01;
const MOVES_WITHIN_MS = 2000;
const EXACT_SECONDS = 0.001;
/** Some players seek to the nearest key frame only, whatever one asks for. */
const EXACT_TRIES = 2;
const SEEK_TIMEOUT_MS = 8000;
const SEEK_BEGINS_MS = 1000;
const NEARLY_SECONDS = 1;
const FORGOTTEN_MS = 5000;
const LACKING_MS = 300;
/** A larger offset of the viewer's own is reached by a new start. */
const OFFSET_JUMP_SECONDS = 0.1;

/**
 * Keeps one player in step with its room. A state machine without clock, timers and side effects: whatever happened is
 * told by a method, and `tick` answers what the player shall do now, and when it wants to be asked again.
 */
export class Follower {
  readonly #course = new Course();
  readonly #latencies = new Latencies();
  readonly #regulator = new Regulator();
  readonly #approach = new Approach(this.#latencies);

  #mode: 'start' | 'run' = 'start';
  #offsetSeconds = 0;
  #free = false;
  #hidden = false;
  #blocked = false;
  #leaving = false;

  #commands: PlayerCommand[] = [];
  #counts = { seeks: 0, correctiveSeeks: 0, reAims: 0, rateChanges: 0 };
  #asked: { readonly rate: number; readonly atMs: number } | null = null;
  #seek: { readonly to: number; readonly atMs: number; readonly cold: boolean } | null = null;
  #exactTries = 0;

  #startedMs = -Infinity;
  #start: Start | null = null;
  /** `play()` was called at this position, and the player has not moved from it yet. */
  #standsAt: number | null = null;
  #soughtSincePlay = true;
  #lastTickMs = -Infinity;
  /** In this tick: the room's film moves on, and the player has taken part in it before. */
  #filmRuns = false;
  #hasPlayed = false;
  #lackingSinceMs: number | null = null;
  #farSinceMs: number | null = null;
  #goodSinceMs: number | null = null;
  #spacingMs = SEEK_SPACING_MS;
  #correctedMs = -Infinity;
  #interruptedMs: number | null = null;
  #interruptions = 0;

  get counts(): FollowerCounts {
    return this.#counts;
  }

  /** The room's state, from a join or an event; false when it is no newer than what is known. */
  playback(playback: Playback): boolean {
    const outcome = this.#course.accept(playback);
    if (outcome === 'jump') this.#begin();
    if (outcome === 'same') this.#regulator.begin();
    return outcome !== 'old';
  }

  /** How far this viewer shall be ahead of the room, s: what late loudspeakers, or a one-sided network, take. */
  setOffset(seconds: number): void {
    const before = this.#offsetSeconds;
    this.#offsetSeconds = seconds;
    this.#regulator.begin();
    if (Math.abs(seconds - before) > OFFSET_JUMP_SECONDS) this.#begin();
  }

  /** Free: the player is the viewer's own, and drift is still told. */
  setFree(free: boolean): void {
    if (free && !this.#free) this.#leaving = true;
    if (!free && this.#free) this.#begin();
    this.#free = free;
  }

  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    if (hidden) return;
    // What a hidden tab could not do may work now.
    this.#interruptions = 0;
    this.#interruptedMs = null;
  }

  /** The player refused to play. */
  refused(): void {
    this.#blocked = true;
  }

  /** There was a gesture, or a new player: try again. */
  retry(): void {
    this.#blocked = false;
    this.#begin();
  }

  tick({ player, clock }: FollowerInput): FollowerOutput {
    this.#commands = [];
    const gapMs = player.atMs - this.#lastTickMs;
    this.#lastTickMs = player.atMs;
    this.#filmRuns = false;
    const { nextTickInMs, ...told } = this.#decide(player, clock, gapMs);
    const ready = player.ready && !player.buffering && player.error === undefined && !this.#blocked && this.#seek === null;
    if (!player.buffering || !this.#filmRuns) this.#lackingSinceMs = null;
    else this.#lackingSinceMs ??= player.atMs;
    const buffering = this.#lackingSinceMs !== null && player.atMs - this.#lackingSinceMs >= LACKING_MS;
    return {
      commands: this.#commands,
      status: { ...told, ready, buffering },
      nextTickInMs: Math.max(1, Math.min(TICK_MS, nextTickInMs)),
    };
  }

  #decide(player: PlayerSnapshot, clock: ClockReading, gapMs: number): Decision {
    const { newest } = this.#course;
    if (newest === undefined || newest.movieId === null) return told('idle', null);
    if (player.error !== undefined) return this.#stopped('failed', player.error);
    if (!player.ready) return this.#stopped('loading');
    this.#watchSeek(player);
    if (clock.offsetMs === null) {
      if (!newest.playing && !this.#free) return this.#hold(player, newest, newest.position);
      return told('unsynced', null);
    }
    const serverMs = player.atMs + clock.offsetMs;
    this.#course.prune(serverMs);
    const leg = this.#course.legAt(serverMs);
    const target = this.#target(leg, serverMs, player.duration);
    const driftMs = ((player.position - target) / leg.rate) * 1000;
    if (this.#free) {
      if (this.#leaving) this.#setRate(player, leg.rate);
      this.#leaving = false;
      return told('free', driftMs);
    }
    if (!leg.playing) return this.#hold(player, leg, target);
    if (target >= player.duration) return this.#end(player, leg);
    if (this.#blocked) {
      if (!player.playing) return told('blocked', driftMs, 'autoplay');
      this.retry();
    }
    this.#filmRuns = this.#hasPlayed && serverMs >= leg.at;
    const untilNextMs = this.#course.nextAt(serverMs) - serverMs;
    const decision = this.#mode === 'start'
      ? this.#approachStart(player, clock, leg)
      : this.#run(player, clock, leg, driftMs, gapMs);
    return { ...decision, nextTickInMs: Math.min(decision.nextTickInMs, untilNextMs) };
  }

  /** Where the player should be: on the leg, moved by the viewer's own offset, within the film. */
  #target(leg: Leg, serverMs: number, duration: number): number {
    const offset = leg.playing ? this.#offsetSeconds : 0;
    const position = runningPosition(leg, serverMs) + offset;
    // Before a start that lies ahead the film stands still.
    const from = leg.playing && serverMs < leg.at ? Math.max(leg.position, position) : position;
    return Math.max(0, Math.min(duration, from));
  }

  /** Everything from here on is about a new place or time. */
  #begin(): void {
    this.#mode = 'start';
    this.#approach.begin();
    this.#regulator.begin();
    this.#exactTries = 0;
    this.#spacingMs = SEEK_SPACING_MS;
    this.#interruptions = 0;
    this.#interruptedMs = null;
    this.#start = null;
  }

  #stopped(state: FollowerState, reason?: string): Decision {
    this.#begin();
    this.#seek = null;
    this.#asked = null;
    return told(state, null, reason);
  }

  /** Paused, exactly there. */
  #hold(player: PlayerSnapshot, leg: Leg, target: number): Decision {
    this.#mode = 'start';
    if (player.playing && !player.ended) this.#commands.push({ type: 'pause' });
    this.#setRate(player, leg.rate);
    const off = player.position - target;
    if (Math.abs(off) > EXACT_SECONDS && this.#seek === null && this.#exactTries < EXACT_TRIES) {
      this.#exactTries += 1;
      this.#seekTo(player, target);
    }
    return told(player.buffering ? 'buffering' : 'paused', (off / leg.rate) * 1000);
  }

  /** The room is past the film's end: what plays may play out, what stands shows the end. */
  #end(player: PlayerSnapshot, leg: Leg): Decision {
    if (!player.playing && !player.ended && Number.isFinite(player.duration)) this.#hold(player, leg, player.duration);
    return told('ended', null);
  }

  #approachStart(player: PlayerSnapshot, clock: ClockReading, leg: Leg): Decision {
    if (player.playing) this.#commands.push({ type: 'pause' });
    this.#setRate(player, leg.rate);
    const offsetMs = clock.offsetMs ?? 0;
    const destination: Destination = {
      leg, offsetMs, aheadSeconds: this.#offsetSeconds, mayPlay: clock.synced, afterSeek: this.#soughtSincePlay,
      seeking: this.#seek !== null,
    };
    const step = this.#approach.step(player, destination);
    this.#counts.reAims = this.#approach.reAims;
    if (step.seekTo !== undefined) this.#seekTo(player, step.seekTo);
    if (step.play !== undefined) {
      this.#commands.push({ type: 'play' });
      this.#start = { dueMs: step.play.dueMs, calledMs: player.atMs, afterSeek: this.#soughtSincePlay, offsetMs };
      this.#standsAt = player.position;
      this.#soughtSincePlay = false;
      this.#mode = 'run';
      this.#startedMs = player.atMs;
      this.#farSinceMs = null;
      this.#goodSinceMs = null;
      this.#regulator.restart(player.atMs, START_BLANK_MS);
    }
    const state = clock.synced ? 'starting' : 'unsynced';
    return { ...told(state, null), nextTickInMs: step.againInMs };
  }

  #run(player: PlayerSnapshot, clock: ClockReading, leg: Leg, driftMs: number, gapMs: number): Decision {
    const nowMs = player.atMs;
    const sinceStartMs = nowMs - this.#startedMs;
    if (player.ended) return told('ended', driftMs);
    if (!player.playing) return sinceStartMs < 500 ? told('starting', null) : this.#interrupted(nowMs, driftMs);
    this.#interruptedMs = null;
    this.#hasPlayed ||= this.#standsAt === null || player.position - this.#standsAt >= MOVED_SECONDS;
    // A nudge that nobody watched has gone too far, or will.
    const unwatched = this.#hidden || gapMs > SEEK_PAST_MS || !clock.synced;
    if (unwatched && this.#regulator.nudging) this.#regulator.restart(nowMs, 0);
    if (player.buffering) {
      this.#start = null;
      this.#regulator.restart(nowMs, START_BLANK_MS);
      this.#setRate(player, leg.rate);
      return told('buffering', driftMs);
    }
    if (!clock.synced) {
      this.#setRate(player, leg.rate);
      return told('unsynced', driftMs);
    }
    if (this.#stillStands(player, sinceStartMs)) return told('starting', null);
    this.#regulator.check(nowMs, driftMs);
    if (this.#tooFar(nowMs, driftMs)) return this.#startAgain(nowMs, driftMs);
    const settling = sinceStartMs < SETTLING_MS;
    const errorMs = this.#regulator.errorMs;
    if (errorMs !== null) {
      this.#learn(errorMs, clock.offsetMs ?? 0);
      if (settling && Math.abs(errorMs) > RESTART_PAST_MS && this.#approach.again()) {
        this.#mode = 'start';
        return told('starting', errorMs);
      }
      this.#judge(nowMs, errorMs);
    }
    const actual = player.rate / leg.rate - 1;
    const regulation = this.#hidden
      ? { nudge: 0, againInMs: Infinity }
      : this.#regulator.regulate(nowMs, actual, { preservesPitch: player.preservesPitch, settling: sinceStartMs < GOOD_AFTER_MS });
    this.#setRate(player, leg.rate * (1 + regulation.nudge));
    const reason = this.#regulator.helpless ? 'the player has one rate only' : undefined;
    const state = this.#regulator.nudging ? 'correcting' : 'playing';
    return { ...told(state, errorMs ?? driftMs, reason), nextTickInMs: regulation.againInMs };
  }

  /** Until a player moves, it only seems to fall behind. */
  #stillStands(player: PlayerSnapshot, sinceStartMs: number): boolean {
    if (this.#standsAt === null) return false;
    if (player.position - this.#standsAt < MOVED_SECONDS * player.rate && sinceStartMs < MOVES_WITHIN_MS) return true;
    this.#standsAt = null;
    this.#regulator.restart(player.atMs, START_BLANK_MS);
    return false;
  }

  /** Far off in two checks that lie apart, and long enough after the last time. */
  #tooFar(nowMs: number, driftMs: number): boolean {
    if (Math.abs(driftMs) <= SEEK_PAST_MS) this.#farSinceMs = null;
    else this.#farSinceMs ??= nowMs;
    return this.#farSinceMs !== null && nowMs - this.#farSinceMs >= 2 * TICK_MS && nowMs - this.#correctedMs >= this.#spacingMs;
  }

  #startAgain(nowMs: number, driftMs: number): Decision {
    this.#counts.correctiveSeeks += 1;
    this.#correctedMs = nowMs;
    // Media that cannot keep up is not helped by seeks: each one waits longer.
    this.#spacingMs = Math.min(MAX_SPACING_MS, this.#spacingMs * 2);
    this.#farSinceMs = null;
    this.#mode = 'start';
    this.#approach.begin();
    return told('starting', driftMs);
  }

  #interrupted(nowMs: number, driftMs: number): Decision {
    this.#interruptedMs ??= nowMs;
    if (nowMs - this.#interruptedMs >= Math.min(MAX_SPACING_MS, 500 * 2 ** this.#interruptions)) {
      this.#interruptions += 1;
      this.#interruptedMs = null;
      this.#mode = 'start';
      this.#approach.begin();
    }
    return told('interrupted', driftMs);
  }

  /** What the start really took, unless something else happened meanwhile. */
  #learn(errorMs: number, offsetMs: number): void {
    const start = this.#start;
    this.#start = null;
    if (start === null || Math.abs(offsetMs - start.offsetMs) > 5) return;
    const latency = start.afterSeek ? this.#latencies.playAfterSeek : this.#latencies.playAfterPause;
    latency.learn(start.dueMs - start.calledMs - errorMs);
  }

  #judge(nowMs: number, errorMs: number): void {
    if (Math.abs(errorMs) > RESTART_PAST_MS) this.#goodSinceMs = null;
    else this.#goodSinceMs ??= nowMs;
    if (this.#goodSinceMs === null || nowMs - this.#goodSinceMs < GOOD_AFTER_MS) return;
    this.#spacingMs = SEEK_SPACING_MS;
    this.#interruptions = 0;
  }

  /** A seek is over when the player could go on; one that never ends is given up, so that another may be tried. */
  #watchSeek(player: PlayerSnapshot): void {
    if (this.#seek === null || player.atMs === this.#seek.atMs) return;
    const tookMs = player.atMs - this.#seek.atMs;
    if (player.buffering && tookMs < SEEK_TIMEOUT_MS) return;
    // Some players take a while to begin.
    if (Math.abs(player.position - this.#seek.to) > NEARLY_SECONDS && tookMs < SEEK_BEGINS_MS) return;
    const latency = this.#seek.cold ? this.#latencies.seekCold : this.#latencies.seekBuffered;
    latency.learn(tookMs);
    this.#seek = null;
  }

  #seekTo(player: PlayerSnapshot, position: number): void {
    this.#commands.push({ type: 'seek', position });
    this.#counts.seeks += 1;
    this.#seek = { to: position, atMs: player.atMs, cold: holds(player, position) !== true };
    this.#soughtSincePlay = true;
  }

  #setRate(player: PlayerSnapshot, rate: number): void {
    const asked = this.#asked ?? { rate: player.rate, atMs: player.atMs };
    const same = Math.abs(asked.rate - rate) < 1e-6;
    // Asked once, for not every player takes every rate; again after a while, for loading a film may set it back.
    const forgotten = Math.abs(player.rate - rate) > 1e-6 && player.atMs - asked.atMs > FORGOTTEN_MS;
    if (same && !forgotten) return;
    this.#commands.push({ type: 'rate', rate });
    if (this.#mode === 'run' && !same) this.#counts.rateChanges += 1;
    this.#asked = { rate, atMs: player.atMs };
  }
}

/** A start whose outcome is still to be measured. */
interface Start {
  readonly dueMs: number;
  readonly calledMs: number;
  readonly afterSeek: boolean;
  readonly offsetMs: number;
}

interface Decision extends Pick<FollowerStatus, 'state' | 'driftMs' | 'reason'> {
  readonly nextTickInMs: number;
}

const told = (state: FollowerState, driftMs: number | null, reason?: string): Decision => ({
  state, driftMs, ...(reason !== undefined && { reason }), nextTickInMs: Infinity,
});
