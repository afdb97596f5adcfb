import type { PlayerCommand } from './player.ts';

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

export interface FollowerCounts {
  /** Seeks of any kind; those that the room asked for among them. */
  readonly seeks: number;
  /** Because the player was more than a second off while it played. */
  readonly correctiveSeeks: number;
  /** Further attempts to start in time, after the first had come too late. */
  readonly reAims: number;
  readonly rateChanges: number;
}

/** What a check came to. */
export interface Decision extends Pick<FollowerStatus, 'state' | 'driftMs' | 'reason'> {
  readonly nextTickInMs: number;
}

export const told = (state: FollowerState, driftMs: number | null, reason?: string): Decision => ({
  state, driftMs, ...(reason !== undefined && { reason }), nextTickInMs: Infinity,
});
