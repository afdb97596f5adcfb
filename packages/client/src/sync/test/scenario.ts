import fc from 'fast-check';
import type { PlayerTraits } from './sim-player.ts';
import type { ViewerTraits } from './viewer.ts';
import { createViewer, SimServer } from './viewer.ts';
import { randomFrom, World } from './world.ts';

const networks = fc.record({
  upMs: fc.integer({ min: 0, max: 200 }),
  downMs: fc.integer({ min: 0, max: 200 }),
  jitterMs: fc.integer({ min: 0, max: 100 }),
  stalls: fc.constantFrom(0, 0, 0.01, 0.05),
  stallMs: fc.constantFrom(300, 1000, 3000),
});

const anyTraits = {
  seekBufferedMs: fc.integer({ min: 1, max: 150 }),
  seekColdMs: fc.integer({ min: 50, max: 1500 }),
  playAfterSeekMs: fc.integer({ min: 0, max: 250 }),
  playAfterPauseMs: fc.integer({ min: 0, max: 60 }),
  spread: fc.constantFrom(0, 0.2, 0.5),
  rateStep: fc.constantFrom(0, 0, 0, 0.05, 0.25),
  noiseMs: fc.constantFrom(0, 0, 1, 5, 30),
  ppm: fc.integer({ min: -100, max: 100 }),
  fetchRate: fc.constantFrom(Infinity, Infinity, 10, 1.5),
  tellsBuffered: fc.boolean(),
  duration: fc.constantFrom(7200, undefined),
  keyFrameSeconds: fc.constantFrom(0, 0, 0, 2),
};

const players: fc.Arbitrary<PlayerTraits> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...anyTraits, preservesPitch: fc.constant(false), rateCostMs: fc.constantFrom(0, 2, 4) }) },
  { weight: 1, arbitrary: fc.record({ ...anyTraits, preservesPitch: fc.constant(true), rateCostMs: fc.constantFrom(9, 25) }) },
);

export const viewers: fc.Arbitrary<ViewerTraits> = fc.record({
  network: networks, player: players, ppm: fc.integer({ min: -100, max: 100 }), tells: fc.boolean(),
});

/** What happens to a viewer or a room. */
export type Happening =
  | { readonly type: 'play' | 'pause' | 'localPause' }
  | { readonly type: 'seek'; readonly to: number }
  | { readonly type: 'rate'; readonly to: number }
  | { readonly type: 'stall' | 'throttle'; readonly ms: number }
  | { readonly type: 'suspend'; readonly ms: number; readonly stops: boolean }
  | { readonly type: 'date' | 'server'; readonly stepMs: number }
  | { readonly type: 'offset'; readonly seconds: number };

const usual = [
  fc.record({ type: fc.constantFrom('play' as const, 'play' as const, 'pause' as const, 'localPause' as const) }),
  fc.record({ type: fc.constant('seek' as const), to: fc.integer({ min: 0, max: 5000 }) }),
  fc.record({ type: fc.constant('rate' as const), to: fc.constantFrom(0.25, 0.5, 1, 1, 1.25, 2, 4) }),
  fc.record({ type: fc.constantFrom('stall' as const, 'throttle' as const), ms: fc.integer({ min: 20, max: 4000 }) }),
  fc.record({ type: fc.constant('suspend' as const), ms: fc.integer({ min: 500, max: 90_000 }), stops: fc.boolean() }),
  fc.record({ type: fc.constant('date' as const), stepMs: fc.integer({ min: -5000, max: 5000 }) }),
] as const;
const clockSet = fc.record({ type: fc.constant('server' as const), stepMs: fc.integer({ min: -5000, max: 5000 }) });

export type Happenings = readonly { readonly afterMs: number; readonly what: Happening }[];

const series = (happening: fc.Arbitrary<Happening>): fc.Arbitrary<Happenings> =>
  fc.array(fc.record({ afterMs: fc.integer({ min: 10, max: 8000 }), what: happening }), { maxLength: 8 });

/** Without the server's clock. */
export const calmHappenings = series(fc.oneof(...usual));
export const happenings = series(fc.oneof(...usual, clockSet));

export function simulate(seed: number, traits: ViewerTraits) {
  const world = new World();
  const server = new SimServer(world);
  const viewer = createViewer(world, server, traits, randomFrom(seed));

  function happen(what: Happening): void {
    switch (what.type) {
      case 'play': server.play(); return viewer.tell();
      case 'pause': server.pause(); return viewer.tell();
      case 'seek': server.seek(what.to); return viewer.tell();
      case 'rate': server.setRate(what.to); return viewer.tell();
      case 'localPause': return viewer.player.pause();
      case 'stall': return viewer.player.stall(what.ms);
      case 'throttle': return viewer.machine.throttle(what.ms);
      case 'suspend':
        if (world.now < viewer.machine.awakeAt) return;
        viewer.machine.suspend(what.ms, what.stops);
        return viewer.player.stall(what.ms);
      case 'date': return viewer.machine.setDate(what.stepMs);
      case 'server': return server.step(what.stepMs);
      case 'offset': return viewer.following.setOffset(what.seconds);
    }
  }

  return { world, server, viewer, happen };
}
