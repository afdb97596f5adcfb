import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply, isWaiting, positionAt, START_LEAD_MS, type Timeline } from './playback.ts';
import {
  defaultWaitSettings as settings, heldForSlow, heldForStart, isFreshStart, isReady, isSettled, mayWaitFor, type Player, waitedOnceMore, wentOn,
} from './waiting.ts';

const NOW = 1_700_000_000_000;
const playing: Timeline = { version: 3, movieId: 7, position: 20, rate: 1, playing: true, at: NOW - 5000, waiting: null, commandsFrom: 3, readyFrom: 3 };
const ann = { userId: 1, username: 'ann' };
const bob = { userId: 2, username: 'bob' };
const player: Player = { version: 3, driftMs: 0, rttMs: 20, buffering: false, ready: true, free: false };
const slow = (timeline: Timeline, people = [ann], nowMs = NOW, waitedUntilMs = 0, durationSeconds: number | null = null) =>
  heldForSlow(timeline, people, nowMs, { waitedUntilMs, durationSeconds, settings });

describe('[LP4] A wait for somebody who lacks data', () => {
  test('holds the film where it is, until its end is a start like any other', () => {
    const held = slow(playing)!;
    expect(held).toEqual({
      ...playing, version: 4, position: 25, at: NOW + 8000,
      waiting: { reason: 'buffering', userIds: [1], usernames: ['ann'], sinceMs: NOW, untilMs: NOW + 8000 },
    });
    expect([positionAt(held, NOW + 7999, null), positionAt(held, NOW + 10_000, null)]).toEqual([25, 27]);
    expect([isWaiting(held, NOW + 7999), isWaiting(held, NOW + 8000)]).toEqual([true, false]);
  });

  test('ends as soon as nobody needs it, with the lead of every start', () => {
    const held = slow(playing)!;
    expect(wentOn(held, NOW + 2000)).toEqual({ ...held, version: 5, at: NOW + 2000 + START_LEAD_MS, waiting: null });
    expect(wentOn(held, NOW + 7900)).toBeUndefined();
    expect(wentOn(playing, NOW)).toBeUndefined();
  });

  test('names who comes to lack data meanwhile, and is not made longer by it', () => {
    const held = slow(playing)!;
    expect(slow(held, [ann], NOW + 3000)).toBeUndefined();
    expect(slow(held, [bob, ann], NOW + 3000)).toEqual({
      ...held, version: 5, waiting: { ...held.waiting, userIds: [1, 2], usernames: ['ann', 'bob'] },
    });
  });

  test('is not made while nothing plays, before a start, soon after another, or at the film’s end', () => {
    expect(slow({ ...playing, playing: false })).toBeUndefined();
    expect(slow({ ...playing, movieId: null })).toBeUndefined();
    expect(slow({ ...playing, at: NOW + 1 })).toBeUndefined();
    expect(slow(playing, [])).toBeUndefined();
    expect(slow(playing, [ann], NOW, NOW - settings.restMs + 1)).toBeUndefined();
    expect(slow(playing, [ann], NOW, NOW - settings.restMs)).toBeDefined();
    expect(slow(playing, [ann], NOW, 0, 25)).toBeUndefined();
  });

  test('is ended by any command', () => {
    const held = slow(playing)!;
    for (const action of ['play', 'pause', 'seek', 'rate', 'load'] as const) {
      const after = apply(held, { version: 4, action, position: 50, rate: 2, movieId: null }, NOW + 1000, null);
      expect(after).toMatchObject({ version: 5, waiting: null });
    }
    expect(apply(held, { version: 4, action: 'play' }, NOW + 1000, null)).toMatchObject({ position: 25, at: NOW + 1000 + START_LEAD_MS });
    // Whoever had not heard of the wait yet meant the same film.
    expect(apply(held, { version: 3, action: 'pause' }, NOW + 1000, null)).toMatchObject({ version: 5, playing: false, commandsFrom: 5 });
    for (const version of [2, 5]) expect(apply(held, { version, action: 'pause' }, NOW + 1000, null)).toBe('version_conflict');
    // Once it is over, pressing play again changes nothing.
    expect(apply(held, { version: 4, action: 'play' }, NOW + 9000, null)).toMatchObject({ position: 25, at: NOW + 8000, waiting: null });
  });
});

describe('[LP3] A start for which players must get ready', () => {
  const stopped: Timeline = { ...playing, playing: false, position: 0 };
  test('is the first of a film, and one after a minute’s pause', () => {
    expect(isFreshStart(stopped, NOW)).toBe(true);
    expect(isFreshStart({ ...stopped, position: 20 }, NOW)).toBe(false);
    expect(isFreshStart({ ...stopped, position: 20, at: NOW - 60_000 }, NOW)).toBe(true);
    expect(isFreshStart(playing, NOW + 100_000)).toBe(false);
    expect(isFreshStart({ ...stopped, movieId: null }, NOW)).toBe(false);
  });

  test('is held for those who are not, for ten seconds at most', () => {
    const started = apply(stopped, { version: 3, action: 'play' }, NOW, null) as Timeline;
    expect(heldForStart(started, [], NOW, settings)).toBe(started);
    expect(heldForStart(started, [ann], NOW, settings)).toEqual({
      ...started, at: NOW + 10_000, waiting: { reason: 'start', userIds: [1], usernames: ['ann'], sinceMs: NOW, untilMs: NOW + 10_000 },
    });
  });

  test('asks whether they can play what is to be played, not what was before', () => {
    expect(isReady(player, 3)).toBe(true);
    expect(isReady(player, 4)).toBe(false);
    expect(isReady({ ...player, buffering: true }, 3)).toBe(false);
    expect(isReady({ ...player, ready: false }, 3)).toBe(false);
  });
});

test('[LP3] [LP4] [LP7] A wait needs nothing more of whoever is ready, has data again, is gone, or watches by themselves', () => {
  const waits = (['start', 'buffering'] as const).map((reason) =>
    ({ reason, userIds: [1], usernames: ['ann'], sinceMs: NOW, untilMs: NOW + 10_000 }));
  const settled = (there: boolean, of: Player | undefined) => waits.map((waiting) => isSettled(waiting, 3, there, of));
  expect(settled(true, undefined)).toEqual([false, false]);
  expect(settled(false, undefined)).toEqual([true, true]);
  expect(settled(true, { ...player, buffering: true, ready: false })).toEqual([false, false]);
  expect(settled(true, { ...player, buffering: true, ready: false, free: true })).toEqual([true, true]);
  expect(settled(true, { ...player, ready: false })).toEqual([false, true]);
  expect(settled(true, player)).toEqual([true, true]);
  expect(settled(true, { ...player, version: 2 })).toEqual([false, true]);
});

test('[LP5] Nobody is waited for more than three times in five minutes', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 120_000 }), { maxLength: 40 }), (gaps) => {
    let waitedAt: number[] = [];
    const waits: number[] = [];
    let nowMs = NOW;
    for (const gap of gaps) {
      nowMs += gap;
      if (!mayWaitFor(waitedAt, nowMs, settings)) continue;
      waitedAt = waitedOnceMore(waitedAt, nowMs, settings);
      waits.push(nowMs);
      expect(waits.filter((at) => at > nowMs - settings.perPersonMs).length).toBeLessThanOrEqual(settings.perPerson);
    }
    expect(waitedAt.length).toBeLessThanOrEqual(settings.perPerson);
  }));
});

test('[LP4] [LP5] However many lack data, whenever, the film moves on: it waits for eight seconds in eighteen at most', () => {
  const event = fc.record({ afterMs: fc.integer({ min: 0, max: 4000 }), who: fc.integer({ min: 1, max: 30 }), what: fc.constantFrom('slow', 'settled') });
  fc.assert(fc.property(fc.array(event, { minLength: 20, maxLength: 150 }), (events) => {
    let timeline: Timeline = { ...playing, at: NOW, position: 0 };
    let [nowMs, waitedUntilMs] = [NOW, 0];
    for (const { afterMs, who, what } of events) {
      nowMs += afterMs;
      const next = what === 'slow' ? slow(timeline, [{ userId: who, username: String(who) }], nowMs, waitedUntilMs) : wentOn(timeline, nowMs);
      if (next === undefined) continue;
      expect(next.version).toBe(timeline.version + 1);
      expect(positionAt(next, nowMs, null)).toBeCloseTo(positionAt(timeline, nowMs, null), 6);
      timeline = next;
      waitedUntilMs = Math.max(waitedUntilMs, what === 'slow' ? next.waiting!.untilMs : next.at);
    }
    const elapsedMs = nowMs - NOW;
    const least = (elapsedMs * settings.restMs) / (settings.restMs + settings.bufferingMs) - settings.bufferingMs;
    expect(positionAt(timeline, nowMs, null) * 1000).toBeGreaterThanOrEqual(least);
  }));
});
