import { expect, test } from 'vitest';
import { createThrottle } from './throttle.ts';

function throttle(keepAtLeast?: number) {
  let nowMs = 1000;
  const passes = createThrottle({ everyMs: 2000, ...(keepAtLeast !== undefined && { keepAtLeast }) }, { now: () => nowMs });
  return { passes, at: (ms: number) => void (nowMs = ms) };
}

test('[CH13] One key passes once in a while, others do not wait for it', () => {
  const { passes, at } = throttle();
  expect([passes('a'), passes('a'), passes('b')]).toEqual([true, false, true]);
  at(2999);
  expect(passes('a')).toBe(false);
  at(3000);
  expect([passes('a'), passes('a')]).toEqual([true, false]);
});

test('[CH13] A clock that is set back silences nobody', () => {
  const { passes, at } = throttle();
  passes('a');
  at(500);
  expect(passes('a')).toBe(true);
});

test('[CH13] Those whose time is not up are remembered, however many there are', () => {
  const { passes, at } = throttle(2);
  for (let nth = 0; nth < 100; nth += 1) {
    at(1000 + nth);
    expect([passes(`${nth}`), passes(`${nth}`)]).toEqual([true, false]);
  }
  expect(passes('0')).toBe(false);
  at(5000);
  for (let nth = 0; nth < 100; nth += 1) expect(passes(`${nth}`)).toBe(true);
});
