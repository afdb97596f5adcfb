import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlaybackCommand } from '@watchparty/protocol';
import { apply, loaded, positionAt, SEEK_LEAD_MS, START_LEAD_MS, type Timeline } from './playback.ts';

const NOW = 1_700_000_000_000;
const stopped: Timeline = { version: 3, movieId: 7, position: 20, rate: 1, playing: false, at: NOW - 5000, waiting: null, commandsFrom: 3, readyFrom: 2 };
const playing: Timeline = { ...stopped, playing: true };

type Step = { readonly command: Omit<PlaybackCommand, 'version'>; readonly afterMs: number };
const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.integer({ min: 0, max: 30_000 }),
  command: fc.record(
    {
      action: fc.constantFrom('play', 'pause', 'seek', 'rate', 'load'),
      position: fc.double({ min: 0, max: 604_800, noNaN: true }),
      rate: fc.double({ min: 0.25, max: 4, noNaN: true }),
      movieId: fc.option(fc.integer({ min: 1, max: 9 })),
    },
    { requiredKeys: ['action'] },
  ),
});
const duration = fc.option(fc.double({ min: 0.5, max: 7200, noNaN: true }));

function done(timeline: Timeline, command: Omit<PlaybackCommand, 'version'>, nowMs: number, durationSeconds: number | null = null): Timeline {
  const next = apply(timeline, { ...command, version: timeline.version }, nowMs, durationSeconds);
  if (typeof next === 'string') throw new Error(next);
  return next;
}

test('[PB1] While playing the position moves on at the rate; stopped it stands', () => {
  expect(positionAt(playing, NOW, null)).toBe(25);
  expect(positionAt({ ...playing, rate: 1.5 }, NOW, null)).toBe(27.5);
  expect(positionAt(stopped, NOW, null)).toBe(20);
});

test('[PB1] [PB4] The position never runs backwards by itself, is never negative and never past the end', () => {
  const times = fc.array(fc.integer({ min: -10_000, max: 10_000_000 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), duration, times, (steps, length, offsets) => {
      let timeline: Timeline = loaded({ ...stopped, version: 0 }, 7, NOW);
      let now = NOW;
      for (const { command, afterMs } of steps) {
        now += afterMs;
        const next = apply(timeline, { ...command, version: timeline.version }, now, length);
        if (typeof next !== 'string') timeline = next;
      }
      let last = -Infinity;
      for (const offset of offsets.toSorted((a, b) => a - b)) {
        const position = positionAt(timeline, now + offset, length);
        expect(position).toBeGreaterThanOrEqual(Math.max(0, last));
        if (length !== null) expect(position).toBeLessThanOrEqual(length);
        last = position;
      }
    }),
    { numRuns: 500 },
  );
});

test('[PB2] Exactly the version that was seen is acted upon, and raised by exactly one', () => {
  fc.assert(
    fc.property(step, fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), ({ command }, version, seen) => {
      const next = apply({ ...playing, version, commandsFrom: version }, { ...command, version: seen }, NOW, null);
      if (seen !== version) expect(next).toBe('version_conflict');
      else if (typeof next !== 'string') expect(next.version).toBe(version + 1);
    }),
  );
});

describe('[PB3] Commands take effect', () => {
  test('play: together, 400 ms later', () => {
    const next = done(stopped, { action: 'play' }, NOW);
    expect(next).toEqual({ ...stopped, version: 4, commandsFrom: 4, playing: true, position: 20, at: NOW + START_LEAD_MS });
    expect(positionAt(next, NOW + START_LEAD_MS - 1, null)).toBe(20);
    expect(positionAt(next, NOW + START_LEAD_MS + 1000, null)).toBe(21);
  });

  test('play from a position', () => {
    expect(done(stopped, { action: 'play', position: 3 }, NOW)).toMatchObject({ position: 3, playing: true });
  });

  test('play while it plays: nothing but the version', () => {
    expect(done(playing, { action: 'play' }, NOW)).toEqual({ ...playing, version: 4, commandsFrom: 4 });
    expect(done(playing, { action: 'play', position: 3 }, NOW)).toMatchObject({ position: 3, at: NOW + START_LEAD_MS });
  });

  test('pause: at once, where the film is then, also before it has begun', () => {
    expect(done(playing, { action: 'pause' }, NOW)).toEqual({ ...playing, version: 4, commandsFrom: 4, playing: false, position: 25, at: NOW });
    const started = done(stopped, { action: 'play' }, NOW);
    expect(done(started, { action: 'pause' }, NOW + 100)).toMatchObject({ playing: false, position: 20 });
  });

  test('seek: 800 ms later while playing, else at once', () => {
    expect(done(playing, { action: 'seek', position: 90 }, NOW)).toMatchObject({ position: 90, playing: true, at: NOW + SEEK_LEAD_MS });
    expect(done(stopped, { action: 'seek', position: 90 }, NOW)).toMatchObject({ position: 90, playing: false, at: NOW });
  });

  test('rate: 800 ms later while playing, where the old rate leads until then', () => {
    const next = done(playing, { action: 'rate', rate: 2 }, NOW);
    expect(next).toMatchObject({ rate: 2, playing: true, at: NOW + SEEK_LEAD_MS });
    expect(next.position).toBeCloseTo(25.8, 9);
    expect(positionAt(next, NOW + SEEK_LEAD_MS + 1000, null)).toBeCloseTo(27.8, 9);
    expect(done(stopped, { action: 'rate', rate: 2 }, NOW)).toMatchObject({ rate: 2, position: 20, at: NOW });
  });
});

test('[PB4] Past the end means at the end', () => {
  expect(done(stopped, { action: 'seek', position: 500 }, NOW, 120).position).toBe(120);
  expect(done({ ...playing, position: 119 }, { action: 'pause' }, NOW, 120).position).toBe(120);
  expect(done({ ...playing, position: 119 }, { action: 'rate', rate: 4 }, NOW, 120).position).toBe(120);
});

test('[PB5] Another movie stands at its beginning at rate 1', () => {
  expect(done({ ...playing, rate: 2 }, { action: 'load', movieId: 8 }, NOW)).toEqual({
    version: 4, movieId: 8, position: 0, rate: 1, playing: false, at: NOW, waiting: null, commandsFrom: 4, readyFrom: 4,
  });
  expect(done(playing, { action: 'load', movieId: null }, NOW)).toMatchObject({ movieId: null, playing: false });
});

test.each(['seek', 'rate', 'load'] as const)('[PB6] %s without what it needs is refused', (action) => {
  expect(apply(playing, { version: 3, action }, NOW, null)).toBe('incomplete');
});
