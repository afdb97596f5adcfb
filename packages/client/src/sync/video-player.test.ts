import { describe, expect, it } from 'vitest';
import { snapshotOf } from './player.ts';
import { type VideoElement, videoPlayer } from './video-player.ts';

/** What the adapter touches of a video element; browsers themselves are driven by the bench. */
function element(change: Partial<VideoElement> = {}) {
  const listeners = new Map<string, Set<() => void>>();
  const video: VideoElement = {
    currentTime: 12.5, playbackRate: 1, preservesPitch: true, paused: true, seeking: false, ended: false, readyState: 4,
    duration: 60, buffered: { length: 1, start: () => 10, end: () => 40 }, error: null,
    play: () => Promise.resolve(), pause: () => {},
    addEventListener: (type, listener) => {
      listeners.set(type, (listeners.get(type) ?? new Set()).add(listener));
    },
    removeEventListener: (type, listener) => void listeners.get(type)?.delete(listener),
    ...change,
  };
  return { video, fire: (type: string) => listeners.get(type)?.forEach((listener) => listener()) };
}

describe('a video element as a player', () => {
  it('shows what the follower needs', () => {
    expect(snapshotOf(videoPlayer(element().video), 7)).toEqual({
      atMs: 7, ready: true, position: 12.5, rate: 1, playing: false, buffering: false, ended: false, error: undefined,
      duration: 60, buffered: [{ start: 10, end: 40 }], preservesPitch: true,
    });
  });

  it.each([
    [{ readyState: 0, duration: Number.NaN }, { ready: false, buffering: true, duration: Infinity }],
    [{ readyState: 2, paused: false }, { playing: true, buffering: true }],
    [{ seeking: true }, { buffering: true }],
    [{ readyState: 2, ended: true }, { buffering: false, ended: true }],
    [{ error: { code: 4, message: '' } }, { error: 'media error 4' }],
    [{ error: { code: 3, message: 'broken' } }, { error: 'broken' }],
  ])('understands %j', (state, shown) => {
    expect(snapshotOf(videoPlayer(element(state).video), 0)).toMatchObject(shown);
  });

  it('FO7 lets the pitch go for nudges only', async () => {
    const { video } = element();
    const player = videoPlayer(video);
    await player.play();
    expect(video.preservesPitch).toBe(false);
    player.setRate(1.03);
    expect(video).toMatchObject({ playbackRate: 1.03, preservesPitch: false });
    player.setRate(1.5);
    expect(video).toMatchObject({ playbackRate: 1.5, preservesPitch: true });
    player.seek(3);
    expect(video.currentTime).toBe(3);
  });

  it('tells what happens until nobody listens', () => {
    const { video, fire } = element();
    let heard = 0;
    const stop = videoPlayer(video).onChange(() => void (heard += 1));
    fire('seeked');
    fire('waiting');
    fire('timeupdate');
    expect(heard).toBe(2);
    stop();
    fire('seeked');
    expect(heard).toBe(2);
  });
});
