import type { Player } from '@watchparty/client';

export interface PlayerHabits {
  /** How long it takes to find another place, ms. */
  readonly seekMs?: number;
  /** From being told to play until it moves, ms: after a seek, and after nothing but a pause. */
  readonly playAfterSeekMs?: number;
  readonly playAfterPauseMs?: number;
  readonly durationSeconds?: number;
}

/** A player without a picture, as slow as real ones are: what it is told takes effect a little later. */
export interface SimulatedPlayer extends Player {
  /** How often it was told to seek. */
  readonly seeks: number;
  /** It lacks data, until told otherwise. */
  starve(lacking: boolean): void;
  close(): void;
}

export function createSimulatedPlayer(habits: PlayerHabits = {}): SimulatedPlayer {
  const { seekMs = 40, playAfterSeekMs = 80, playAfterPauseMs = 10, durationSeconds = 7200 } = habits;
  let position = 0;
  let sinceMs = performance.now();
  let rate = 1;
  let wanted = false;
  let moving = false;
  let seeking = false;
  let starving = false;
  let sought = true;
  let seeks = 0;
  let startTimer: ReturnType<typeof setTimeout> | undefined;
  let seekTimer: ReturnType<typeof setTimeout> | undefined;

  /** Where it is now becomes where it is counted from. */
  function settle(): void {
    const nowMs = performance.now();
    if (moving) position = Math.min(durationSeconds, position + ((nowMs - sinceMs) / 1000) * rate);
    sinceMs = nowMs;
  }

  function stop(): void {
    settle();
    moving = false;
    clearTimeout(startTimer);
    startTimer = undefined;
  }

  function start(): void {
    // Told again while it gets going, it goes on getting going.
    if (!wanted || seeking || starving || moving || startTimer !== undefined) return;
    const afterMs = sought ? playAfterSeekMs : playAfterPauseMs;
    const dueMs = performance.now() + afterMs;
    startTimer = setTimeout(() => {
      startTimer = undefined;
      sought = false;
      moving = true;
      // A timer that fires late is this machine's business, not the player's.
      sinceMs = dueMs;
    }, afterMs);
  }

  return {
    get position() {
      settle();
      return position;
    },
    get rate() {
      return rate;
    },
    get playing() {
      return wanted;
    },
    get buffering() {
      return seeking || starving;
    },
    get ended() {
      settle();
      return position >= durationSeconds;
    },
    get seeks() {
      return seeks;
    },
    duration: durationSeconds,
    seek(seconds) {
      stop();
      seeks += 1;
      position = seconds;
      seeking = true;
      sought = true;
      clearTimeout(seekTimer);
      seekTimer = setTimeout(() => {
        seeking = false;
        start();
      }, seekMs);
    },
    setRate(next) {
      settle();
      rate = next;
    },
    play() {
      wanted = true;
      start();
    },
    pause() {
      stop();
      wanted = false;
    },
    starve(lacking) {
      if (lacking) stop();
      starving = lacking;
      start();
    },
    close() {
      clearTimeout(startTimer);
      clearTimeout(seekTimer);
    },
  };
}
