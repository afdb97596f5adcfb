import type { BufferedRange, Player } from './player.ts';

/** What is used of an `HTMLVideoElement` (or an audio element), so that no browser's types are needed here. */
export interface VideoElement {
  currentTime: number;
  playbackRate: number;
  preservesPitch?: boolean;
  readonly paused: boolean;
  readonly seeking: boolean;
  readonly ended: boolean;
  readonly readyState: number;
  readonly duration: number;
  readonly buffered: { readonly length: number; start(index: number): number; end(index: number): number };
  readonly error: { readonly code: number; readonly message: string } | null;
  play(): Promise<void>;
  pause(): void;
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

const HAVE_METADATA = 1;
const HAVE_FUTURE_DATA = 3;

/** After these the follower should look at once. */
const EVENTS = [
  'loadedmetadata', 'seeked', 'canplay', 'playing', 'waiting', 'pause', 'ended', 'error', 'durationchange', 'emptied',
] as const;

export type VideoPlayer = Player & Required<Pick<Player, 'onChange'>>;

/**
 * An HTML video as a player. Follows `currentTime`, which is steady to a tenth of a millisecond; frames are not: their
 * time against the display's jumps by a whole refresh. Turns `preservesPitch` off, for with it each change of rate moves
 * Chromium's position by up to 25 ms; at 3 % nobody hears the pitch. In a room that plays faster or slower than that the
 * pitch is kept.
 */
export function videoPlayer(video: VideoElement): VideoPlayer {
  return {
    get position() {
      return video.currentTime;
    },
    get rate() {
      return video.playbackRate;
    },
    get playing() {
      return !video.paused;
    },
    get buffering() {
      return video.seeking || (video.readyState < HAVE_FUTURE_DATA && !video.ended);
    },
    get ready() {
      return video.readyState >= HAVE_METADATA;
    },
    get duration() {
      return video.duration;
    },
    get ended() {
      return video.ended;
    },
    get error() {
      if (video.error === null) return undefined;
      return video.error.message === '' ? `media error ${video.error.code}` : video.error.message;
    },
    get buffered() {
      return rangesOf(video.buffered);
    },
    get preservesPitch() {
      return video.preservesPitch ?? true;
    },
    seek(seconds) {
      video.currentTime = seconds;
    },
    setRate(rate) {
      keepPitch(video, rate);
      video.playbackRate = rate;
    },
    play() {
      keepPitch(video, video.playbackRate);
      return video.play();
    },
    pause: () => video.pause(),
    onChange(listener) {
      for (const event of EVENTS) video.addEventListener(event, listener);
      return () => {
        for (const event of EVENTS) video.removeEventListener(event, listener);
      };
    },
  };
}

/** 3 % around a room's rate of 1 is a nudge; another rate was chosen by people, and should sound right. */
function keepPitch(video: VideoElement, rate: number): void {
  const keep = Math.abs(rate - 1) > 0.04;
  if (video.preservesPitch !== undefined && video.preservesPitch !== keep) video.preservesPitch = keep;
}

function rangesOf(buffered: VideoElement['buffered']): BufferedRange[] {
  return Array.from({ length: buffered.length }, (_, index) => ({ start: buffered.start(index), end: buffered.end(index) }));
}

export interface FrameWitness {
  requestVideoFrameCallback(
    callback: (now: number, frame: { readonly mediaTime: number; readonly expectedDisplayTime: number }) => void,
  ): number;
  cancelVideoFrameCallback(handle: number): void;
}

/** For measurements only: calls with each frame's time in the film (s) and when it is shown (ms, as `performance.now`). */
export function onFrames(video: FrameWitness, call: (mediaTime: number, shownAtMs: number) => void): () => void {
  let handle = 0;
  const next = (): void => {
    handle = video.requestVideoFrameCallback((_now, { mediaTime, expectedDisplayTime }) => {
      call(mediaTime, expectedDisplayTime);
      next();
    });
  };
  next();
  return () => video.cancelVideoFrameCallback(handle);
}
