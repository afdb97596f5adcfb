import type { Playback } from '@watchparty/protocol';
import { createClock } from '../clock.ts';
import { follow } from '../follow.ts';
import { createLink, type Network } from './network.ts';
import { type PlayerTraits, SimPlayer } from './sim-player.ts';
import type { World } from './world.ts';

/** Time as a viewer's machine has it, which may be asleep. */
class Machine {
  readonly #world: World;
  readonly #ppm: number;
  #dateStepMs = 0;
  #throttledUntil = 0;
  /** Spans of true time of which the monotonic clock does not know. */
  #lost: readonly { readonly from: number; readonly until: number }[] = [];
  /** True time. */
  awakeAt = 0;

  constructor(world: World, ppm: number) {
    this.#world = world;
    this.#ppm = ppm;
  }

  readonly nowMs = (): number => {
    const { now } = this.#world;
    const lostMs = this.#lost.reduce((sum, { from, until }) => sum + Math.max(0, Math.min(now, until) - from), 0);
    return 5_000_000 + (now - lostMs) * (1 + this.#ppm * 1e-6);
  };

  readonly date = (): number => 1_000_000 + this.#world.now + this.#dateStepMs;

  /** Calls at once, or when the machine is awake. */
  run(call: () => void): void {
    if (this.#world.now >= this.awakeAt) call();
    else this.#world.at(this.awakeAt, () => this.run(call));
  }

  /** Throttled timers fire once a second. */
  readonly after = (ms: number, call: () => void): (() => void) => {
    const due = this.#world.now + ms;
    const at = due < this.#throttledUntil ? Math.ceil(due / 1000) * 1000 : due;
    let cancelled = false;
    this.#world.at(at, () => this.run(() => cancelled || call()));
    return () => {
      cancelled = true;
    };
  };

  throttle(ms: number): void {
    this.#throttledUntil = this.#world.now + ms;
  }

  /** Sleeps; with `stops` the monotonic clock does not know of it. */
  suspend(ms: number, stops: boolean): void {
    const { now } = this.#world;
    this.awakeAt = now + ms;
    if (stops) this.#lost = [...this.#lost, { from: now, until: now + ms }];
  }

  setDate(stepMs: number): void {
    this.#dateStepMs += stepMs;
  }
}

/** What all viewers share: the server's clock, and the room's timeline with the leads of the server. */
export class SimServer {
  readonly #world: World;
  #stepMs = 0;
  #playback: Playback = {
    roomId: 1, version: 1, movieId: 1, position: 0, rate: 1, playing: false, at: 0, waiting: null, by: null,
  };

  constructor(world: World) {
    this.#world = world;
  }

  get now(): number {
    return 1e9 + this.#world.now + this.#stepMs;
  }

  get playback(): Playback {
    return this.#playback;
  }

  get position(): number {
    const { playing, position, rate, at } = this.#playback;
    return playing ? position + (Math.max(0, this.now - at) / 1000) * rate : position;
  }

  step(ms: number): void {
    this.#stepMs += ms;
  }

  play(): void {
    this.#change({ playing: true, position: this.position, at: this.now + 400 });
  }

  pause(): void {
    this.#change({ playing: false, position: this.position, at: this.now });
  }

  seek(position: number): void {
    this.#change({ position, at: this.now + (this.#playback.playing ? 800 : 0) });
  }

  setRate(rate: number): void {
    const { playing, position, at, rate: old } = this.#playback;
    const begins = this.now + (playing ? 800 : 0);
    const there = playing ? position + (Math.max(0, begins - at) / 1000) * old : position;
    this.#change({ rate, position: there, at: begins });
  }

  #change(change: Partial<Playback>): void {
    this.#playback = { ...this.#playback, ...change, version: this.#playback.version + 1 };
  }
}

export interface ViewerTraits {
  readonly network: Network;
  readonly player: PlayerTraits;
  readonly ppm: number;
  /** The player says when something has happened to it. */
  readonly tells: boolean;
}

/** One viewer: a machine, a connection, a clock kept by pings, and a player that follows. */
export function createViewer(world: World, server: SimServer, traits: ViewerTraits, random: () => number) {
  const machine = new Machine(world, traits.ppm);
  const link = createLink(world, traits.network, random);
  const clock = createClock({ now: machine.nowMs, date: machine.date });
  const player: SimPlayer = new SimPlayer(world, random, traits.player, () => {
    if (traits.tells) machine.run(() => following.changed());
  });
  const states: string[] = [];
  const following = follow({
    player, clock, timers: machine,
    onStatus: ({ state }) => {
      if (states.at(-1) !== state) states.push(state);
    },
  });

  const ping = (): void => {
    const t0 = clock.asked();
    link.up(() => {
      const t1 = server.now;
      link.down(() => machine.run(() => clock.answered({ t0, t1, t2: t1 })));
    });
    machine.after(clock.nextPingInMs(), ping);
  };
  ping();

  return {
    clock, player, following, machine, states,
    /** The server tells this viewer of the room's state. */
    tell(): void {
      const { playback } = server;
      link.down(() => machine.run(() => following.playback(playback)));
    },
    /** Of the viewer's idea of the server's time, ms. */
    clockErrorMs: (): number => (clock.serverNow() ?? Number.NaN) - server.now,
    /** Where the player is, less where the room is, ms. */
    trueErrorMs: (): number => ((player.truePosition - server.position) / server.playback.rate) * 1000,
  };
}
