import { expect, test } from 'vitest';
import { createWallClock } from './wall-clock.ts';

/** A system whose clock and whose counter we move. */
function system(offsetMs = 0) {
  let trueMs = 1000.25;
  let offset = offsetMs;
  const clock = createWallClock({
    // Whole milliseconds, as Date.now gives them. Time passes with each look.
    wallMs: () => Math.floor((trueMs += 0.01) + offset),
    monotonicMs: () => trueMs - 900,
  });
  return {
    clock,
    errorMs: () => clock.now() - (trueMs + offset),
    pass: (ms: number) => void (trueMs += ms),
    set: (ms: number) => void (offset += ms),
  };
}

test('[LV12] It agrees with the system’s clock to a fraction of the millisecond in which that counts', () => {
  for (const offset of [0, 0.3, 0.7]) expect(Math.abs(system(offset).errorMs())).toBeLessThan(0.05);
});

test('[LV12] Between two looks at it, it runs evenly, whatever becomes of the system’s', () => {
  const { clock, pass, set } = system();
  const before = clock.now();
  set(40);
  pass(10);
  set(-80);
  expect(clock.now() - before).toBeCloseTo(10, 9);
});

test('[LV12] It follows a disciplined clock by half a millisecond a second', () => {
  const { clock, errorMs, pass, set } = system();
  set(10);
  const steps: number[] = [];
  for (let second = 0; second < 40; second += 1) {
    pass(1000);
    const before = clock.now();
    clock.follow();
    steps.push(clock.now() - before);
  }
  expect(Math.max(...steps)).toBeLessThan(0.6);
  expect(Math.abs(errorMs())).toBeLessThan(2.6);
});

test('[LV12] A clock that somebody set, or a machine that slept, is followed at once', () => {
  const { clock, errorMs, pass, set } = system();
  for (const jump of [3_600_000, -7_200_000]) {
    set(jump);
    pass(1000);
    clock.follow();
    expect(Math.abs(errorMs())).toBeLessThan(0.6);
  }
});
