import { type Playback, playbackReport } from '@watchparty/protocol';
import type { Static } from 'typebox';
import { type Clock, follow, type FollowerState, type FollowerStatus, type Following, type Player } from '../sync/index.ts';
import type { SendRequest } from './requests.ts';
import type { Store } from './store.ts';
import type { Timers } from './timers.ts';

export interface RoomFollowOptions {
  /**
   * Puts another film into the player, or takes it out; the player is told to play only when this is done. Not called for
   * the film `loaded`. Left out: the player changes its film by itself.
   */
  readonly load?: (movieId: number | null) => void | Promise<void>;
  /** The film that is in the player. */
  readonly loaded?: number | null;
  /** Called at each check, about ten times a second. */
  readonly onStatus?: (status: FollowerStatus) => void;
}

/** A player in step with its room; `close` leaves the player as it is. */
export type RoomFollowing = Omit<Following, 'playback'>;

interface Deps {
  readonly roomId: number;
  readonly room: Store<{ readonly status: string; readonly playback: Playback | undefined }>;
  readonly clock: Clock;
  readonly request: SendRequest;
  readonly timers: Timers;
  readonly player: Player;
}

type Report = Static<(typeof playbackReport)['body']>;

/** Between two reports, at least. */
const REPORT_GAP_MS = 1000;
/** Figures alone are told again after this, where they have changed by more than nobody would see. */
const FIGURES_MS = 3000;
const FIGURES_CHANGE_MS = 5;
const REPORT_TIMEOUT_MS = 5000;

/** In these the player could go on at once. */
const ABLE: ReadonlySet<FollowerState> = new Set(['free', 'paused', 'starting', 'playing', 'correcting', 'interrupted', 'ended']);

/** Moves a player with its room, and tells the room how it gets along. LC16 */
export function followRoom({ roomId, room, clock, request, timers, player }: Deps, options: RoomFollowOptions): RoomFollowing {
  let free = false;
  let movieId = options.loaded;
  let loading = Promise.resolve();
  let reported: { readonly report: Report; readonly atMs: number } | undefined;
  let version = -1;
  let closed = false;

  const following = follow({
    player, clock, timers,
    onStatus(status) {
      tell(status);
      options.onStatus?.(status);
    },
  });

  /** The newest timeline, once its film is in the player. */
  function take(): void {
    const { status, playback } = room.state;
    // Whoever keeps the list of viewers does not know of this one any more.
    if (status !== 'entered') reported = undefined;
    if (playback === undefined || playback.version <= version) return;
    version = playback.version;
    if (options.load !== undefined && playback.movieId !== movieId) {
      const { load } = options;
      movieId = playback.movieId;
      // A film that cannot be loaded shows as the player's error.
      loading = loading.then(() => load(playback.movieId)).catch(() => {});
    }
    void loading.then(lead);
  }

  function lead(): void {
    if (!closed && room.state.playback !== undefined) following.playback(room.state.playback);
  }

  function reportOf({ state, driftMs, buffering }: FollowerStatus): Report {
    const { rttMs } = clock.reading();
    return {
      roomId, version, driftMs: driftMs === null ? null : rounded(driftMs), rttMs: rttMs === null ? null : rounded(rttMs),
      // A seek lacks data too, for a moment; a room that waited for that would wait at each.
      buffering: !free && buffering,
      ready: ABLE.has(state) && !player.buffering, free, position: Math.max(0, Math.min(604_800, player.position)),
    };
  }

  function tell(status: FollowerStatus): void {
    if (room.state.status !== 'entered' || version < 0) return;
    const sinceMs = timers.nowMs() - (reported?.atMs ?? -Infinity);
    if (sinceMs < REPORT_GAP_MS) return;
    const report = reportOf(status);
    if (reported !== undefined && !isNews(reported.report, report, sinceMs)) return;
    const mine = { report, atMs: timers.nowMs() };
    reported = mine;
    request(playbackReport, report, { timeoutMs: REPORT_TIMEOUT_MS }).catch(() => {
      // Told again, then: not at once, for a refusal may be about how often.
      if (reported === mine) reported = { report: { ...report, version: -1 }, atMs: mine.atMs };
    });
  }

  const off = room.subscribe(take);
  take();
  return {
    get status() {
      return following.status;
    },
    get counts() {
      return following.counts;
    },
    setOffset: following.setOffset,
    setFree(next) {
      free = next;
      following.setFree(next);
    },
    setHidden: following.setHidden,
    retry: following.retry,
    changed: following.changed,
    close() {
      closed = true;
      off();
      following.close();
    },
  };
}

function isNews(before: Report, now: Report, sinceMs: number): boolean {
  if (before.version !== now.version || before.buffering !== now.buffering || before.ready !== now.ready || before.free !== now.free) return true;
  return sinceMs >= FIGURES_MS && (differ(before.driftMs, now.driftMs) || differ(before.rttMs, now.rttMs));
}

const differ = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a !== b : Math.abs(a - b) > FIGURES_CHANGE_MS;

const rounded = (ms: number): number => Math.round(ms * 10) / 10;
