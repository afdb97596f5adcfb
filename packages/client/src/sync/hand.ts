import { holds } from './approach.ts';
import type { Latencies } from './latency.ts';
import type { PlayerCommand, PlayerSnapshot } from './player.ts';

/** A seek that is under way. */
interface Seek {
  readonly to: number;
  readonly atMs: number;
  readonly cold: boolean;
}

const SEEK_TIMEOUT_MS = 8000;
/** Some players take a while to begin. */
const SEEK_BEGINS_MS = 1000;
const NEARLY_SECONDS = 1;
const FORGOTTEN_MS = 5000;

/** What the player was told, and what has become of it. */
export class Hand {
  readonly #latencies: Latencies;
  #commands: PlayerCommand[] = [];
  #asked: { readonly rate: number; readonly atMs: number } | null = null;
  #seek: Seek | null = null;
  #soughtSincePlay = true;
  readonly counts = { seeks: 0, rateChanges: 0 };

  constructor(latencies: Latencies) {
    this.#latencies = latencies;
  }

  get seeking(): boolean {
    return this.#seek !== null;
  }

  get soughtSincePlay(): boolean {
    return this.#soughtSincePlay;
  }

  take(): readonly PlayerCommand[] {
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }

  /** Another film, or none: what was told before is void. */
  forget(): void {
    this.#asked = null;
    this.#seek = null;
  }

  /** A seek is over when the player could go on; one that never ends is given up, so that another may be tried. */
  watch(player: PlayerSnapshot): void {
    if (this.#seek === null || player.atMs === this.#seek.atMs) return;
    const tookMs = player.atMs - this.#seek.atMs;
    if (player.buffering && tookMs < SEEK_TIMEOUT_MS) return;
    if (Math.abs(player.position - this.#seek.to) > NEARLY_SECONDS && tookMs < SEEK_BEGINS_MS) return;
    const latency = this.#seek.cold ? this.#latencies.seekCold : this.#latencies.seekBuffered;
    latency.learn(tookMs);
    this.#seek = null;
  }

  seek(player: PlayerSnapshot, position: number): void {
    this.#commands.push({ type: 'seek', position });
    this.counts.seeks += 1;
    this.#seek = { to: position, atMs: player.atMs, cold: holds(player, position) !== true };
    this.#soughtSincePlay = true;
  }

  /** Asks once, for not every player takes every rate; again after a while, for loading a film may set it back. */
  setRate(player: PlayerSnapshot, rate: number): void {
    const asked = this.#asked ?? { rate: player.rate, atMs: player.atMs };
    const same = Math.abs(asked.rate - rate) < 1e-6;
    const forgotten = Math.abs(player.rate - rate) > 1e-6 && player.atMs - asked.atMs > FORGOTTEN_MS;
    if (same && !forgotten) return;
    this.#commands.push({ type: 'rate', rate });
    if (player.playing && !same) this.counts.rateChanges += 1;
    this.#asked = { rate, atMs: player.atMs };
  }

  pause({ playing }: PlayerSnapshot): void {
    if (playing) this.#commands.push({ type: 'pause' });
  }

  play(): void {
    this.#commands.push({ type: 'play' });
    this.#soughtSincePlay = false;
  }
}
