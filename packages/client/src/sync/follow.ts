import type { Playback } from '@watchparty/protocol';
import type { Clock } from './clock.ts';
import { Follower } from './follower.ts';
import { type Player, type PlayerCommand, snapshotOf } from './player.ts';
import type { FollowerCounts, FollowerStatus } from './status.ts';

export interface FollowOptions {
  readonly player: Player;
  readonly clock: Pick<Clock, 'reading'>;
  readonly timers: {
    /** Monotonic, ms; the clock's own `now`. */
    nowMs(): number;
    /** Calls once after `ms`; answers what prevents that. */
    after(ms: number, call: () => void): () => void;
  };
  /** Called at each check, about ten times a second. */
  readonly onStatus?: (status: FollowerStatus) => void;
}

/** A player that follows its room until `close`, which leaves the player as it is. */
export interface Following {
  readonly status: FollowerStatus | undefined;
  readonly counts: FollowerCounts;
  /** The room's state, from a join or an event; older ones are ignored. Load its film into the player first. */
  playback(playback: Playback): void;
  /** How far this viewer shall be ahead of the room, s. */
  setOffset(seconds: number): void;
  /** Free: the player is the viewer's own, and drift is still told. */
  setFree(free: boolean): void;
  setHidden(hidden: boolean): void;
  /** From a gesture, after `blocked`. */
  retry(): void;
  /** Something has happened to a player that cannot tell by `onChange`: looks at once instead of at the next check. */
  changed(): void;
  close(): void;
}

/** Drives a follower: reads the player, carries commands out, keeps time. */
export function follow({ player, clock, timers, onStatus }: FollowOptions): Following {
  const follower = new Follower();
  let status: FollowerStatus | undefined;
  let cancel = (): void => {};
  let closed = false;

  function perform(command: PlayerCommand): void {
    switch (command.type) {
      case 'seek': return player.seek(command.position);
      case 'rate': return player.setRate(command.rate);
      case 'pause': return player.pause();
      case 'play': return play();
    }
  }

  function play(): void {
    player.play()?.catch((error: unknown) => {
      // Any other reason shows in the player, or does not matter: a pause that came before the start, for one.
      if ((error as { name?: unknown }).name !== 'NotAllowedError') return;
      follower.refused();
      tick();
    });
  }

  function tick(): void {
    cancel();
    if (closed) return;
    const output = follower.tick({ player: snapshotOf(player, timers.nowMs()), clock: clock.reading() });
    for (const command of output.commands) perform(command);
    status = output.status;
    cancel = timers.after(output.nextTickInMs, tick);
    onStatus?.(status);
  }

  function told(tell: () => void): void {
    tell();
    tick();
  }

  tick();
  const unsubscribe = player.onChange?.(tick);
  return {
    get status() {
      return status;
    },
    get counts() {
      return follower.counts;
    },
    playback: (playback) => told(() => void follower.playback(playback)),
    setOffset: (seconds) => told(() => follower.setOffset(seconds)),
    setFree: (free) => told(() => follower.setFree(free)),
    setHidden: (hidden) => told(() => follower.setHidden(hidden)),
    retry: () => told(() => {
      // Within the gesture: some browsers allow what comes later only to a player that was started in one.
      play();
      follower.retry();
    }),
    changed: tick,
    close() {
      closed = true;
      cancel();
      unsubscribe?.();
    },
  };
}
