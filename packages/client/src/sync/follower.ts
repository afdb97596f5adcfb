import type { Playback } from '@watchparty/protocol';
import { Approach, type Destination } from './approach.ts';
import type { ClockReading } from './clock.ts';
import { Course, type Leg, runningPosition } from './course.ts';
import { Hand } from './hand.ts';
import { Latencies } from './latency.ts';
import { Patience, SEEK_PAST_MS } from './patience.ts';
import type { PlayerSnapshot } from './player.ts';
import { Regulator } from './regulator.ts';
import { type Decision, type FollowerCounts, type FollowerOutput, type FollowerState, told } from './status.ts';

export interface FollowerInput {
  readonly player: PlayerSnapshot;
  readonly clock: ClockReading;
}

const TICK_MS = 100;
/** Off by more than this right after a start, it is quicker to start again. */
const RESTART_PAST_MS = 100;
const SETTLING_MS = 3000;
/** So long after a start, corrections may follow one another. */
const LIVELY_MS = 10_000;
/** What a player shows right after it began to move is not steady yet. */
const START_BLANK_MS = 60;
const MOVED_SECONDS = 0.01;
const MOVES_WITHIN_MS = 2000;
const EXACT_SECONDS = 0.001;
/** Some players seek to the nearest key frame only, whatever one asks for. */
const EXACT_TRIES = 2;
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
  readonly #hand = new Hand(this.#latencies);
  readonly #patience = new Patience();

  #mode: 'start' | 'run' = 'start';
  #offsetSeconds = 0;
  #free = false;
  #hidden = false;
  #blocked = false;
  #leaving = false;

  #correctiveSeeks = 0;
  #exactTries = 0;

  #startedMs = -Infinity;
  #start: Start | null = null;
  /** `play()` was called at this position, and the player has not moved from it yet. */
  #standsAt: number | null = null;
  #lastTickMs = -Infinity;
  /** In this tick: the room's film moves on, and the player has taken part in it before. */
  #filmRuns = false;
  #hasPlayed = false;
  #lackingSinceMs: number | null = null;

  get counts(): FollowerCounts {
    return { ...this.#hand.counts, correctiveSeeks: this.#correctiveSeeks, reAims: this.#approach.reAims };
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
    // What a hidden tab could not do may work now.
    if (!hidden) this.#patience.forgiveInterruptions();
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
    const gapMs = player.atMs - this.#lastTickMs;
    this.#lastTickMs = player.atMs;
    this.#filmRuns = false;
    const { nextTickInMs, ...decided } = this.#decide(player, clock, gapMs);
    const ready = player.ready && !player.buffering && player.error === undefined && !this.#blocked && !this.#hand.seeking;
    if (!player.buffering || !this.#filmRuns) this.#lackingSinceMs = null;
    else this.#lackingSinceMs ??= player.atMs;
    const buffering = this.#lackingSinceMs !== null && player.atMs - this.#lackingSinceMs >= LACKING_MS;
    return {
      commands: this.#hand.take(),
      status: { ...decided, ready, buffering },
      nextTickInMs: Math.max(1, Math.min(TICK_MS, nextTickInMs)),
    };
  }

  #decide(player: PlayerSnapshot, clock: ClockReading, gapMs: number): Decision {
    const { newest } = this.#course;
    if (newest === undefined || newest.movieId === null) return told('idle', null);
    if (player.error !== undefined) return this.#stopped('failed', player.error);
    if (!player.ready) return this.#stopped('loading');
    this.#hand.watch(player);
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
      if (this.#leaving) this.#hand.setRate(player, leg.rate);
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
    this.#patience.begin();
    this.#start = null;
  }

  #stopped(state: FollowerState, reason?: string): Decision {
    this.#begin();
    this.#hand.forget();
    return told(state, null, reason);
  }

  /** Paused, exactly there. */
  #hold(player: PlayerSnapshot, leg: Leg, target: number): Decision {
    this.#mode = 'start';
    if (!player.ended) this.#hand.pause(player);
    this.#hand.setRate(player, leg.rate);
    const off = player.position - target;
    if (Math.abs(off) > EXACT_SECONDS && !this.#hand.seeking && this.#exactTries < EXACT_TRIES) {
      this.#exactTries += 1;
      this.#hand.seek(player, target);
    }
    return told(player.buffering ? 'buffering' : 'paused', (off / leg.rate) * 1000);
  }

  /** The room is past the film's end: what plays may play out, what stands shows the end. */
  #end(player: PlayerSnapshot, leg: Leg): Decision {
    if (!player.playing && !player.ended && Number.isFinite(player.duration)) this.#hold(player, leg, player.duration);
    return told('ended', null);
  }

  #approachStart(player: PlayerSnapshot, clock: ClockReading, leg: Leg): Decision {
    this.#hand.pause(player);
    this.#hand.setRate(player, leg.rate);
    const offsetMs = clock.offsetMs ?? 0;
    const destination: Destination = {
      leg, offsetMs, aheadSeconds: this.#offsetSeconds, mayPlay: clock.synced, afterSeek: this.#hand.soughtSincePlay,
      seeking: this.#hand.seeking,
    };
    const step = this.#approach.step(player, destination);
    if (step.seekTo !== undefined) this.#hand.seek(player, step.seekTo);
    if (step.play !== undefined) this.#play(player, { dueMs: step.play.dueMs, calledMs: player.atMs, afterSeek: this.#hand.soughtSincePlay, offsetMs });
    const state = clock.synced ? 'starting' : 'unsynced';
    return { ...told(state, null), nextTickInMs: step.againInMs };
  }

  #play(player: PlayerSnapshot, start: Start): void {
    this.#hand.play();
    this.#start = start;
    this.#standsAt = player.position;
    this.#mode = 'run';
    this.#startedMs = player.atMs;
    this.#patience.started();
    this.#regulator.restart(player.atMs, START_BLANK_MS);
  }

  #run(player: PlayerSnapshot, clock: ClockReading, leg: Leg, driftMs: number, gapMs: number): Decision {
    const nowMs = player.atMs;
    const sinceStartMs = nowMs - this.#startedMs;
    if (player.ended) return told('ended', driftMs);
    if (!player.playing) return sinceStartMs < 500 ? told('starting', null) : this.#interrupted(nowMs, driftMs);
    this.#patience.uninterrupted();
    this.#hasPlayed ||= this.#standsAt === null || player.position - this.#standsAt >= MOVED_SECONDS;
    // A nudge that nobody watched has gone too far, or will.
    const unwatched = this.#hidden || gapMs > SEEK_PAST_MS || !clock.synced;
    if (unwatched && this.#regulator.nudging) this.#regulator.restart(nowMs, 0);
    if (player.buffering) {
      this.#start = null;
      this.#regulator.restart(nowMs, START_BLANK_MS);
      this.#hand.setRate(player, leg.rate);
      return told('buffering', driftMs);
    }
    if (!clock.synced) {
      this.#hand.setRate(player, leg.rate);
      return told('unsynced', driftMs);
    }
    if (this.#stillStands(player, sinceStartMs)) return told('starting', null);
    this.#regulator.check(nowMs, driftMs);
    if (this.#patience.wantsSeek(nowMs, driftMs)) return this.#startAgain(nowMs, driftMs);
    const settling = sinceStartMs < SETTLING_MS;
    const errorMs = this.#regulator.errorMs;
    if (errorMs !== null) {
      this.#learn(errorMs, clock.offsetMs ?? 0);
      if (settling && Math.abs(errorMs) > RESTART_PAST_MS && this.#approach.again()) {
        this.#mode = 'start';
        return told('starting', errorMs);
      }
      this.#patience.judge(nowMs, errorMs);
    }
    const actual = player.rate / leg.rate - 1;
    const regulation = this.#hidden
      ? { nudge: 0, againInMs: Infinity }
      : this.#regulator.regulate(nowMs, actual, { preservesPitch: player.preservesPitch, settling: sinceStartMs < LIVELY_MS });
    this.#hand.setRate(player, leg.rate * (1 + regulation.nudge));
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

  #startAgain(nowMs: number, driftMs: number): Decision {
    this.#correctiveSeeks += 1;
    this.#patience.sought(nowMs);
    this.#mode = 'start';
    this.#approach.begin();
    return told('starting', driftMs);
  }

  #interrupted(nowMs: number, driftMs: number): Decision {
    if (this.#patience.wantsResume(nowMs)) {
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
}

/** A start whose outcome is still to be measured. */
interface Start {
  readonly dueMs: number;
  readonly calledMs: number;
  readonly afterSeek: boolean;
  readonly offsetMs: number;
}
