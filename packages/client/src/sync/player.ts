/** Seconds of the film that a player holds ready. */
export interface BufferedRange {
  readonly start: number;
  readonly end: number;
}

/** A player as the follower needs it. Getters are read at each check; commands may take effect later. */
export interface Player {
  /** Seconds into the film. */
  readonly position: number;
  readonly rate: number;
  /** It was told to play and has not been told, or decided by itself, to pause. */
  readonly playing: boolean;
  /** It lacks data, or a seek is under way: it cannot move on. */
  readonly buffering: boolean;
  seek(seconds: number): void;
  setRate(rate: number): void;
  /** A promise that is rejected with a `NotAllowedError` tells that the browser wants a gesture first. */
  play(): void | Promise<void>;
  pause(): void;

  /** A film is loaded, so commands make sense. Left out: always. */
  readonly ready?: boolean;
  /** Seconds; left out or NaN while it is not known. */
  readonly duration?: number;
  readonly ended?: boolean;
  /** Why it plays no more. */
  readonly error?: string | undefined;
  /** Left out: not known. */
  readonly buffered?: readonly BufferedRange[];
  /** Keeps the pitch when the rate changes, which costs most players 16 to 25 ms at each change. Left out: no. */
  readonly preservesPitch?: boolean;
  /** Calls when something has happened to it, so that nobody has to wait for the next check; answers what ends that. */
  onChange?(listener: () => void): () => void;
}

/** What a player showed at one moment. */
export interface PlayerSnapshot {
  /** Local, monotonic, ms: when `position` was read. */
  readonly atMs: number;
  readonly ready: boolean;
  readonly position: number;
  readonly rate: number;
  readonly playing: boolean;
  readonly buffering: boolean;
  readonly ended: boolean;
  readonly error: string | undefined;
  /** Seconds; Infinity while it is not known. */
  readonly duration: number;
  readonly buffered: readonly BufferedRange[] | undefined;
  readonly preservesPitch: boolean;
}

export type PlayerCommand =
  | { readonly type: 'seek'; readonly position: number }
  | { readonly type: 'rate'; readonly rate: number }
  | { readonly type: 'play' }
  | { readonly type: 'pause' };

/** Reads position first: in a browser it stands still within one task, so the time must be that of the task's start. */
export function snapshotOf(player: Player, atMs: number): PlayerSnapshot {
  const { position, duration } = player;
  return {
    atMs,
    position,
    ready: player.ready ?? true,
    rate: player.rate,
    playing: player.playing,
    buffering: player.buffering,
    ended: player.ended ?? false,
    error: player.error,
    duration: duration === undefined || Number.isNaN(duration) ? Infinity : duration,
    buffered: player.buffered,
    preservesPitch: player.preservesPitch ?? false,
  };
}
