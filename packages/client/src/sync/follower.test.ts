import { describe, expect, it } from 'vitest';
import type { Network } from './test/network.ts';
import { simulate } from './test/scenario.ts';
import type { PlayerTraits } from './test/sim-player.ts';

const NETWORK: Network = { upMs: 75, downMs: 75, jitterMs: 50, stalls: 0, stallMs: 1000 };
/** About what Chromium does. */
const PLAYER: PlayerTraits = {
  seekBufferedMs: 30, seekColdMs: 400, playAfterSeekMs: 85, playAfterPauseMs: 8, spread: 0.2, rateStep: 0, rateCostMs: 2,
  preservesPitch: false, noiseMs: 0.2, ppm: 0, fetchRate: Infinity, tellsBuffered: true, duration: 7200, keyFrameSeconds: 0,
};

interface Given {
  readonly seed?: number;
  readonly network?: Partial<Network>;
  readonly player?: Partial<PlayerTraits>;
}

/** A viewer in a paused room, whose clock is known. */
function viewerInRoom({ seed = 1, network = {}, player = {} }: Given = {}) {
  const simulation = simulate(seed, {
    network: { ...NETWORK, ...network }, player: { ...PLAYER, ...player }, ppm: 0, tells: true,
  });
  const { world, viewer, server, happen } = simulation;
  const pass = (ms: number): void => world.runUntil(world.now + ms);
  pass(8000);
  viewer.tell();
  pass(1000);
  return {
    ...simulation, pass,
    state: () => viewer.following.status?.state,
    /** Plays for a while, so that start latencies are known and all is calm. */
    playOn(ms = 15_000): void {
      happen({ type: 'play' });
      pass(ms);
    },
    /** How long after `fromMs` until the player stays within 40 ms for half a second. */
    settledMs(limitMs: number): number {
      const from = world.now;
      let since = Infinity;
      while (world.now - from < limitMs + 500) {
        const good = server.playback.playing && server.now >= server.playback.at && viewer.player.playing &&
          Math.abs(viewer.trueErrorMs() - viewer.clockErrorMs()) <= 40;
        if (!good) since = Infinity;
        else if (since === Infinity) since = world.now;
        if (world.now - since >= 500) return since - Math.max(from, from + (server.playback.at - server.now) + (world.now - from));
        pass(10);
      }
      return Infinity;
    },
  };
}

const seeds = Array.from({ length: 20 }, (_, seed) => seed);

describe('the room’s states', () => {
  it('FO1 ignores what is no newer', () => {
    const { viewer, server, happen, pass, playOn } = viewerInRoom();
    const old = server.playback;
    playOn();
    viewer.following.playback(old);
    pass(1000);
    expect(viewer.player.playing).toBe(true);
    viewer.following.playback({ ...server.playback, playing: false });
    pass(1000);
    expect(viewer.player.playing).toBe(true);
    happen({ type: 'pause' });
    pass(1000);
    expect(viewer.player.playing).toBe(false);
  });

  it('FO1 FO11 keeps the old rate until the new one begins, without a seek or a pause', () => {
    const { viewer, happen, pass, playOn } = viewerInRoom();
    playOn();
    const { seeks, plays } = viewer.player.counts;
    happen({ type: 'rate', to: 2 });
    pass(700);
    expect(viewer.player.rate).toBe(1);
    pass(200);
    expect(viewer.player.rate).toBe(2);
    pass(5000);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(25);
    expect({ seeks: viewer.player.counts.seeks, plays: viewer.player.counts.plays }).toEqual({ seeks, plays });
  });

  it.each([0.25, 0.5, 1.5, 4])('FO11 follows a room that plays at %d', (rate) => {
    const { viewer, happen, pass, playOn } = viewerInRoom();
    happen({ type: 'rate', to: rate });
    playOn(12_000);
    expect(Math.abs(viewer.player.rate / rate - 1)).toBeLessThanOrEqual(0.03);
    expect(Math.abs(viewer.trueErrorMs() - viewer.clockErrorMs())).toBeLessThan(25);
    pass(1);
  });

  it('FO2 is at the position exactly when the room is paused', () => {
    const { viewer, server, happen, pass, playOn } = viewerInRoom();
    playOn();
    happen({ type: 'pause' });
    pass(2000);
    expect(viewer.player.playing).toBe(false);
    expect(viewer.player.truePosition).toBe(server.playback.position);
    happen({ type: 'seek', to: 1234.5 });
    pass(2000);
    expect(viewer.player.truePosition).toBe(1234.5);
  });

  it('FO2 tries only twice where a player seeks to key frames', () => {
    const { viewer, happen, pass } = viewerInRoom({ player: { keyFrameSeconds: 2 } });
    const { seeks } = viewer.player.counts;
    happen({ type: 'seek', to: 101 });
    pass(30_000);
    expect(viewer.player.counts.seeks - seeks).toBe(2);
  });

  it('FO2 FO5 needs no clock for a paused room', () => {
    const { world, viewer, server } = simulate(1, {
      network: { ...NETWORK, stalls: 1, stallMs: 60_000 }, player: PLAYER, ppm: 0, tells: true,
    });
    server.seek(50);
    viewer.following.playback(server.playback);
    world.runUntil(1000);
    expect(viewer.player.truePosition).toBe(50);
    expect(viewer.following.status?.state).toBe('paused');
  });
});

describe('starts', () => {
  it.each(seeds)('FO3 starts within 40 ms in a second when the command came in its lead (seed %i)', (seed) => {
    const { viewer, happen, settledMs } = viewerInRoom({ seed });
    happen({ type: 'play' });
    expect(settledMs(1000)).toBeLessThanOrEqual(1000);
    expect(viewer.following.counts).toMatchObject({ reAims: 0, correctiveSeeks: 0 });
  });

  it.each(seeds)('FO3 seeks within 40 ms in a second, with one seek (seed %i)', (seed) => {
    const { viewer, happen, playOn, settledMs } = viewerInRoom({ seed, player: { seekColdMs: 300 } });
    playOn();
    const { seeks } = viewer.player.counts;
    happen({ type: 'seek', to: 3000 });
    expect(settledMs(1000)).toBeLessThanOrEqual(1000);
    expect(viewer.player.counts.seeks - seeks).toBe(1);
  });

  it.each(seeds)('FO4 a command that is late is followed within 40 ms in two seconds (seed %i)', (seed) => {
    const { viewer, happen, settledMs } = viewerInRoom({ seed, network: { downMs: 700 } });
    const { reAims } = viewer.following.counts;
    happen({ type: 'play' });
    expect(settledMs(2500)).toBeLessThanOrEqual(2000);
    expect(viewer.following.counts.reAims - reAims).toBeLessThanOrEqual(2);
  });

  it.each(seeds)('FO4 starts in what is buffered when the first place took too long to fetch (seed %i)', (seed) => {
    const { viewer, happen, playOn, settledMs } = viewerInRoom({ seed, player: { seekColdMs: 1500, fetchRate: 5 } });
    playOn();
    const { reAims } = viewer.following.counts;
    happen({ type: 'seek', to: 3000 });
    expect(settledMs(4000)).toBeLessThanOrEqual(3000);
    expect(viewer.following.counts.reAims - reAims).toBeLessThanOrEqual(2);
  });

  it.each(seeds)('FO5 who joins a playing room is in step within three seconds (seed %i)', (seed) => {
    const { world, viewer, server } = simulate(seed, { network: NETWORK, player: PLAYER, ppm: 0, tells: true });
    server.seek(600);
    server.play();
    world.runUntil(300);
    viewer.tell();
    world.runUntil(3000);
    expect(Math.abs(viewer.trueErrorMs() - viewer.clockErrorMs())).toBeLessThanOrEqual(40);
    expect(viewer.following.counts.reAims).toBeLessThanOrEqual(2);
  });

  it('FO5 is not stuck when all first pings stall', () => {
    const { world, viewer, server } = simulate(3, { network: NETWORK, player: PLAYER, ppm: 0, tells: true });
    server.seek(600);
    server.play();
    viewer.machine.suspend(2000, false);
    world.runUntil(2100);
    viewer.tell();
    world.runUntil(8000);
    expect(viewer.following.status?.state).toMatch(/playing|correcting/);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(60);
  });

  it('FO6 learns how early this player must be told to play', () => {
    const errorAfter = (starts: number): number => {
      const { viewer, happen, pass } = viewerInRoom({ player: { playAfterSeekMs: 220, spread: 0, rateCostMs: 0 } });
      for (let nth = 1; nth < starts; nth += 1) {
        happen({ type: 'play' });
        pass(4000);
        happen({ type: 'pause' });
        pass(2000);
      }
      happen({ type: 'play' });
      pass(700);
      return Math.abs(viewer.trueErrorMs() - viewer.clockErrorMs());
    };
    expect(errorAfter(1)).toBeGreaterThan(100);
    expect(errorAfter(4)).toBeLessThan(15);
  });
});

describe('while playing', () => {
  it('FO7 leaves a small error alone', () => {
    const { viewer, pass, playOn } = viewerInRoom({ network: { jitterMs: 0 }, player: { rateCostMs: 0 } });
    playOn();
    const { rates } = viewer.player.counts;
    viewer.player.shift(0.009 - viewer.trueErrorMs() / 1000);
    pass(20_000);
    expect(viewer.player.counts.rates).toBe(rates);
    expect(viewer.trueErrorMs()).toBeCloseTo(9, 0);
  });

  it.each([30, -30, 200, -200, 900, -900])('FO7 FO8 makes %i ms good by rates of 1 to 3 %, eased', (errorMs) => {
    const { viewer, world, pass, playOn } = viewerInRoom({ network: { jitterMs: 0 }, player: { rateCostMs: 0 } });
    playOn(45_000);
    const { seeks } = viewer.player.counts;
    viewer.player.shift((errorMs - viewer.trueErrorMs()) / 1000);
    const rates: { readonly rate: number; readonly at: number }[] = [];
    for (const until = world.now + 40_000; world.now < until; pass(10)) {
      if (rates.at(-1)?.rate !== viewer.player.rate) rates.push({ rate: viewer.player.rate, at: world.now });
    }
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThanOrEqual(5);
    expect(viewer.player.counts.seeks).toBe(seeks);
    expect(rates.length).toBeLessThanOrEqual(Math.abs(errorMs) < 45 ? 3 : 7);
    for (const [index, { rate, at }] of rates.entries()) {
      const percent = Math.abs(rate - 1) * 100;
      expect(percent).toBeLessThanOrEqual(3.001);
      expect(Math.abs(percent * 2 - Math.round(percent * 2))).toBeLessThan(1e-6);
      if (percent !== 0) expect(Math.sign(rate - 1)).toBe(-Math.sign(errorMs));
      const before = rates[index - 1];
      if (before === undefined) continue;
      expect(Math.abs(rate - before.rate)).toBeLessThanOrEqual(0.03 + 1e-9);
      expect(Math.abs(rate - 1) - Math.abs(before.rate - 1)).toBeLessThanOrEqual(0.02 + 1e-9);
      if (before.rate !== 1) expect(at - before.at).toBeGreaterThanOrEqual(200);
    }
  });

  it('FO7 has a wider dead zone where the player keeps the pitch', () => {
    const { viewer, pass, playOn } = viewerInRoom({ network: { jitterMs: 0 }, player: { preservesPitch: true, rateCostMs: 0 } });
    playOn();
    const { rates } = viewer.player.counts;
    viewer.player.shift(0.025 - viewer.trueErrorMs() / 1000);
    pass(10_000);
    expect(viewer.player.counts.rates).toBe(rates);
    viewer.player.shift(0.02);
    pass(10_000);
    expect(viewer.player.counts.rates).toBeGreaterThan(rates);
  });

  it('FO9 needs twice the error soon after a correction', () => {
    const { viewer, pass, playOn } = viewerInRoom({ network: { jitterMs: 0 }, player: { rateCostMs: 0 } });
    playOn(45_000);
    viewer.player.shift(0.04 - viewer.trueErrorMs() / 1000);
    pass(5000);
    const { rates } = viewer.player.counts;
    viewer.player.shift(0.018 - viewer.trueErrorMs() / 1000);
    pass(20_000);
    expect(viewer.player.counts.rates).toBe(rates);
    pass(10_000);
    expect(viewer.player.counts.rates).toBeGreaterThan(rates);
  });

  it('FO10 seeks past a second, once', () => {
    const { viewer, pass, playOn } = viewerInRoom();
    playOn();
    viewer.player.shift(-1.5);
    pass(3000);
    expect(viewer.following.counts.correctiveSeeks).toBe(1);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(60);
    pass(60_000);
    expect(viewer.following.counts.correctiveSeeks).toBe(1);
  });

  it('FO10 waits longer and longer where seeking does not help', () => {
    const { viewer, world, pass, playOn } = viewerInRoom();
    playOn();
    const seekTimes: number[] = [];
    let { correctiveSeeks } = viewer.following.counts;
    for (const until = world.now + 120_000; world.now < until; pass(100)) {
      // Loses a little more than it can make good, all the time.
      viewer.player.shift(-0.05);
      if (viewer.following.counts.correctiveSeeks > correctiveSeeks) seekTimes.push(world.now);
      correctiveSeeks = viewer.following.counts.correctiveSeeks;
    }
    const gaps = seekTimes.slice(1).map((at, index) => at - seekTimes[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2000);
    expect(gaps.slice(4).every((gap) => gap >= 29_000)).toBe(true);
    expect(seekTimes.length).toBeLessThanOrEqual(9);
  });

  it.each([0.5, -0.08, 0.05])('FO12 runs ahead by the viewer’s own offset of %d s', (seconds) => {
    const { viewer, happen, pass, playOn } = viewerInRoom();
    playOn();
    happen({ type: 'offset', seconds });
    pass(6000);
    expect(Math.abs(viewer.trueErrorMs() - seconds * 1000)).toBeLessThan(30);
    happen({ type: 'pause' });
    pass(2000);
    expect(viewer.trueErrorMs()).toBe(0);
    happen({ type: 'play' });
    pass(5000);
    expect(Math.abs(viewer.trueErrorMs() - seconds * 1000)).toBeLessThan(30);
  });

  it('FO13 leaves a free player alone, and takes it back', () => {
    const { viewer, happen, pass, playOn, state } = viewerInRoom();
    playOn();
    viewer.following.setFree(true);
    const { seeks } = viewer.player.counts;
    viewer.player.seek(77);
    viewer.player.setRate(2);
    happen({ type: 'pause' });
    pass(5000);
    expect(state()).toBe('free');
    expect(viewer.player.playing).toBe(true);
    expect(viewer.player.rate).toBe(2);
    expect(viewer.player.counts.seeks).toBe(seeks + 1);
    expect(viewer.following.status?.driftMs).toBeGreaterThan(10_000);
    happen({ type: 'play' });
    viewer.following.setFree(false);
    pass(3000);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(50);
  });

  it('FO20 nudges nothing in a hidden tab, and gets in step when it is seen again', () => {
    const { viewer, pass, playOn } = viewerInRoom();
    playOn(45_000);
    viewer.following.setHidden(true);
    viewer.player.shift(0.2);
    const { rates } = viewer.player.counts;
    pass(30_000);
    expect(viewer.player.counts.rates).toBe(rates);
    viewer.following.setHidden(false);
    pass(12_000);
    expect(Math.abs(viewer.trueErrorMs() - viewer.clockErrorMs())).toBeLessThan(25);
  });

  it('FO20 ends a nudge that timers were too slow to watch', () => {
    const { viewer, pass, playOn } = viewerInRoom();
    playOn(45_000);
    viewer.player.shift(0.5);
    pass(1500);
    expect(viewer.player.rate).not.toBe(1);
    viewer.machine.suspend(3000, false);
    pass(3020);
    expect(viewer.player.rate).toBe(1);
  });

  it('FO21 leaves the player alone while the clock is begun anew', () => {
    const { viewer, pass, playOn } = viewerInRoom();
    playOn();
    const before = { ...viewer.player.counts };
    viewer.clock.restart();
    pass(10);
    viewer.following.changed();
    expect(viewer.following.status?.state).toBe('unsynced');
    pass(300);
    expect(viewer.player.counts).toEqual(before);
    pass(3000);
    expect(viewer.following.status?.state).toMatch(/playing|correcting/);
  });

  it.each([[0.05, 60], [0.25, 200]])('FO22 does with rates in steps of %d what can be done', (rateStep, limitMs) => {
    const { viewer, pass, playOn } = viewerInRoom({ player: { rateStep } });
    playOn(45_000);
    viewer.player.shift(0.6);
    pass(20_000);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(limitMs);
  });

  it('FO22 gives up on a player with one rate', () => {
    const { viewer, pass, playOn } = viewerInRoom({ player: { rateStep: 1 } });
    playOn(45_000);
    viewer.player.shift(0.6);
    pass(10_000);
    const { rates } = viewer.player.counts;
    pass(60_000);
    expect(viewer.player.counts.rates).toBe(rates);
    expect(viewer.following.status?.reason).toMatch(/one rate/);
  });
});

describe('trouble', () => {
  it('FO14 tells that the browser refuses to play, and tries again from a gesture', async () => {
    const { viewer, happen, pass, state } = viewerInRoom();
    viewer.player.refuses = true;
    happen({ type: 'play' });
    pass(2000);
    // The refusal comes as a promise.
    await Promise.resolve();
    await Promise.resolve();
    pass(10_000);
    expect(state()).toBe('blocked');
    const { plays } = viewer.player.counts;
    pass(10_000);
    expect(viewer.player.counts.plays).toBe(plays);
    viewer.player.refuses = false;
    viewer.following.retry();
    pass(2000);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(50);
  });

  it('FO14 goes on when the viewer presses the player’s own button', async () => {
    const { viewer, happen, pass, state } = viewerInRoom();
    viewer.player.refuses = true;
    happen({ type: 'play' });
    pass(2000);
    await Promise.resolve();
    await Promise.resolve();
    viewer.player.refuses = false;
    void viewer.player.play();
    pass(3000);
    expect(state()).toMatch(/playing|correcting/);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(50);
  });

  it('FO15 demands nothing of a player that has failed or has no film, and goes on when it has one', () => {
    const { viewer, pass, playOn, state } = viewerInRoom();
    playOn();
    viewer.player.error = 'no such file';
    viewer.player.pause();
    const before = { ...viewer.player.counts };
    pass(5000);
    expect(viewer.following.status).toMatchObject({ state: 'failed', reason: 'no such file', ready: false });
    viewer.player.error = undefined;
    viewer.player.ready = false;
    pass(5000);
    expect(state()).toBe('loading');
    expect(viewer.player.counts).toEqual(before);
    viewer.player.ready = true;
    pass(3000);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(50);
  });

  it('FO15 lets the film end, and shows its end to who comes later', () => {
    const { viewer, pass, playOn, happen, state } = viewerInRoom({ player: { duration: 20 } });
    playOn(40_000);
    expect(state()).toBe('ended');
    const before = { ...viewer.player.counts };
    pass(10_000);
    expect(viewer.player.counts).toEqual(before);
    happen({ type: 'seek', to: 5 });
    pass(4000);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(50);
    const late = viewerInRoom({ player: { duration: 20 } });
    late.server.seek(100);
    late.happen({ type: 'play' });
    late.pass(3000);
    expect(late.viewer.player.truePosition).toBe(20);
  });

  it('FO15 follows a film whose length is not known', () => {
    const { viewer, happen, playOn } = viewerInRoom({ player: { duration: undefined } });
    happen({ type: 'seek', to: 5000 });
    playOn(3000);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(50);
  });

  it('FO16 waits while the player lacks data, says so, and gets in step afterwards', () => {
    const { viewer, pass, playOn, state } = viewerInRoom();
    playOn(45_000);
    const before = { ...viewer.player.counts };
    viewer.player.stall(800);
    pass(200);
    expect(viewer.following.status).toMatchObject({ state: 'buffering', ready: false, buffering: false });
    pass(400);
    expect(viewer.following.status?.buffering).toBe(true);
    expect(viewer.player.counts).toEqual(before);
    pass(35_000);
    expect(state()).toMatch(/playing|correcting/);
    expect(viewer.player.counts.seeks).toBe(before.seeks);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(30);
  });

  it('FO16 does not ask the room to wait for a seek that comes in time, nor for who joins', () => {
    const { viewer, world, happen, playOn } = viewerInRoom({ player: { seekColdMs: 700 } });
    const toldBuffering = (ms: number): boolean => {
      let told = false;
      for (const until = world.now + ms; world.now < until; world.runUntil(world.now + 10)) {
        told ||= viewer.following.status?.buffering === true;
      }
      return told;
    };
    playOn();
    happen({ type: 'seek', to: 3000 });
    expect(toldBuffering(5000)).toBe(false);

    const late = simulate(1, { network: NETWORK, player: { ...PLAYER, seekColdMs: 1500 }, ppm: 0, tells: true });
    late.server.play();
    late.world.runUntil(60_000);
    late.viewer.tell();
    for (let ms = 0; ms < 5000; ms += 10) {
      late.world.runUntil(late.world.now + 10);
      expect(late.viewer.following.status?.buffering).not.toBe(true);
    }
    expect(late.viewer.following.status?.state).toMatch(/playing|correcting/);
  });

  it('FO17 starts a player again that somebody paused, more and more patiently', () => {
    const { viewer, world, pass, playOn, state } = viewerInRoom();
    playOn();
    const times: number[] = [];
    let { plays } = viewer.player.counts;
    for (const until = world.now + 60_000; world.now < until; pass(20)) {
      if (viewer.player.counts.plays > plays) {
        times.push(world.now);
        plays = viewer.player.counts.plays;
      }
      if (viewer.player.playing && !viewer.player.buffering) viewer.player.pause();
    }
    expect(times.length).toBeGreaterThanOrEqual(4);
    expect(times.length).toBeLessThanOrEqual(8);
    expect(state()).toMatch(/interrupted|starting/);
    pass(40_000);
    expect(viewer.player.playing).toBe(true);
  });

  it('FO10 tries again when a seek never ends', () => {
    const { viewer, happen, pass, playOn } = viewerInRoom();
    playOn();
    viewer.player.losesNextSeek = true;
    happen({ type: 'seek', to: 3000 });
    pass(30_000);
    expect(viewer.following.status?.state).toMatch(/playing|correcting/);
    expect(Math.abs(viewer.trueErrorMs())).toBeLessThan(60);
  });
});
