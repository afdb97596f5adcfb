import { describe, expect, it } from 'vitest';
import { type Clock, createClock, pingIntervalMs } from './clock.ts';
import { randomFrom } from './test/world.ts';

const SERVER = 1_000_000;

/** A machine whose clock is moved by hand, and a server whose clock is `offset` ahead. */
function world(options: { date?: boolean } = {}) {
  let nowMs = 0;
  let dateMs = 0;
  let offset = SERVER;
  const clock: Clock = createClock({ now: () => nowMs, ...(options.date === true && { date: () => nowMs + dateMs }) });
  return {
    clock,
    pass: (ms: number) => void (nowMs += ms),
    setDate: (ms: number) => void (dateMs += ms),
    setServer: (ms: number) => void (offset += ms),
    /** One exchange that takes so long there and so long back. */
    exchange(upMs: number, downMs: number): void {
      const t0 = clock.asked();
      const t1 = t0 + upMs + offset;
      nowMs += upMs + downMs;
      clock.answered({ t0, t1, t2: t1 });
    },
    errorMs: () => (clock.serverNow() ?? Number.NaN) - nowMs - offset,
  };
}

function exchanges(machine: ReturnType<typeof world>, count: number, upMs: number, downMs: number): void {
  for (let nth = 0; nth < count; nth += 1) machine.exchange(upMs, downMs);
}

describe('the clock', () => {
  it('CK1 asks eight times in quick succession, then 21 times, then now and then', () => {
    const intervals = Array.from({ length: 40 }, (_, index) => pingIntervalMs(index + 1));
    expect(intervals.slice(0, 7).every((ms) => ms === 100)).toBe(true);
    expect(intervals.slice(7, 28).every((ms) => ms === 250)).toBe(true);
    expect(intervals.slice(28).every((ms) => ms === 2000)).toBe(true);
    const { clock } = world();
    for (let nth = 1; nth < 29; nth += 1) clock.asked();
    expect(clock.nextPingInMs()).toBe(250);
    clock.asked();
    expect(clock.nextPingInMs()).toBe(2000);
  });

  it('knows nothing before the first answer', () => {
    const { clock } = world();
    expect(clock.serverNow()).toBeNull();
    expect(clock.reading()).toEqual({ synced: false, offsetMs: null, rttMs: null, errorMs: null });
  });

  it('CK2 takes the fastest way of each direction, of different exchanges', () => {
    const machine = world();
    machine.exchange(10, 300);
    machine.exchange(300, 10);
    expect(machine.errorMs()).toBeCloseTo(0, 1);
    expect(machine.clock.reading().rttMs).toBeCloseTo(20, 0);
  });

  it('CK2 forgets what is more than a minute old', () => {
    const machine = world();
    machine.exchange(10, 10);
    for (let nth = 0; nth < 40; nth += 1) {
      machine.pass(2000);
      machine.exchange(100, 100);
    }
    expect(machine.clock.reading().rttMs).toBeCloseTo(200, 0);
  });

  it('CK3 is synced after four good exchanges', () => {
    const machine = world();
    exchanges(machine, 3, 50, 50);
    machine.exchange(50, 500);
    expect(machine.clock.reading().synced).toBe(false);
    machine.exchange(70, 70);
    expect(machine.clock.reading().synced).toBe(true);
  });

  it('CK3 makes do with what there is after 2.5 s', () => {
    const machine = world();
    machine.exchange(50, 50);
    machine.pass(2499);
    expect(machine.clock.reading().synced).toBe(false);
    machine.pass(1);
    expect(machine.clock.reading().synced).toBe(true);
  });

  it('CK4 tells by how much it may be wrong: half the round trip, if all of it is on one way', () => {
    const machine = world();
    exchanges(machine, 8, 0, 200);
    expect(machine.errorMs()).toBeCloseTo(-100, 0);
    expect(machine.clock.reading().errorMs).toBeGreaterThanOrEqual(100);
    expect(machine.clock.reading().errorMs).toBeLessThan(101);
  });

  it('CK5 moves by 5 ms at most once 30 samples have counted fully', () => {
    const machine = world();
    exchanges(machine, 30, 30, 0);
    const before = machine.errorMs();
    expect(before).toBeCloseTo(15, 0);
    machine.exchange(0, 0);
    expect(machine.errorMs()).toBeCloseTo(before - 5, 3);
    machine.exchange(0, 0);
    expect(machine.errorMs()).toBeCloseTo(before - 10, 3);
  });

  it('CK5 does not chase what is far off', () => {
    const machine = world();
    exchanges(machine, 30, 0, 470);
    machine.exchange(0, 0);
    expect(machine.errorMs()).toBeCloseTo(0, 1);
  });

  it.each([[700], [-700]])('CK6 begins anew when the server’s clock was set by %d ms', (stepMs) => {
    const machine = world();
    exchanges(machine, 8, 50, 50);
    machine.setServer(stepMs);
    machine.exchange(50, 50);
    expect(machine.clock.reading().synced).toBe(false);
    expect(machine.clock.nextPingInMs()).toBe(100);
    machine.exchange(50, 50);
    expect(machine.errorMs()).toBeCloseTo(0, 1);
    exchanges(machine, 3, 50, 50);
    expect(machine.clock.reading().synced).toBe(true);
  });

  it('CK6 begins anew when the machine has slept and its monotonic clock has not noticed', () => {
    const machine = world({ date: true });
    exchanges(machine, 8, 50, 50);
    const asked = machine.clock.asked();
    machine.pass(10);
    machine.setDate(60_000);
    machine.setServer(60_000);
    // The answer to what was asked before says nothing about now.
    machine.clock.answered({ t0: asked, t1: asked + SERVER + 1, t2: asked + SERVER + 1 });
    expect(machine.clock.reading().synced).toBe(false);
    exchanges(machine, 4, 50, 50);
    expect(machine.clock.reading().synced).toBe(true);
    expect(machine.errorMs()).toBeCloseTo(0, 1);
  });

  it('CK7 keeps the old offset after a silence until it knows better', () => {
    const machine = world();
    exchanges(machine, 8, 50, 50);
    machine.pass(40_000);
    machine.exchange(50, 450);
    expect(machine.clock.reading().synced).toBe(false);
    expect(machine.errorMs()).toBeCloseTo(0, 1);
    exchanges(machine, 4, 50, 50);
    expect(machine.clock.reading().synced).toBe(true);
    expect(machine.errorMs()).toBeCloseTo(0, 1);
  });

  it('CK8 ignores what cannot be', () => {
    const { clock, pass } = world();
    const t0 = clock.asked();
    pass(10);
    clock.answered({ t0: t0 + 20, t1: SERVER, t2: SERVER });
    clock.answered({ t0, t1: SERVER + 1, t2: SERVER });
    clock.answered({ t0, t1: SERVER, t2: SERVER + 500 });
    clock.answered({ t0, t1: Number.NaN, t2: Number.NaN });
    expect(clock.serverNow()).toBeNull();
  });

  it('CK2 is within 5 ms after 8 s at 200 ± 50 ms, where one way of one exchange alone would be 10 off', () => {
    const errors = Array.from({ length: 50 }, (_, run) => {
      const random = randomFrom(run);
      const machine = world();
      for (let nth = 1; nth <= 29; nth += 1) {
        machine.exchange(75 + 50 * random(), 75 + 50 * random());
        machine.pass(pingIntervalMs(nth));
      }
      return Math.abs(machine.errorMs());
    }).toSorted((a, b) => a - b);
    expect(errors[47]).toBeLessThan(5);
  });
});
