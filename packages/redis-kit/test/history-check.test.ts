import { expect, test } from 'vitest';
import { type Read, violations, type Write } from './history-check.ts';

const write = (value: number, given: Partial<Write> = {}): Write => ({
  key: 1, value, process: 0, committedAtUs: value * 100, answeredAtUs: value * 100 + 50, fenced: true, ...given,
});
const read = (beganAtUs: number, shown: number, given: Partial<Read> = {}): Read => ({
  process: 1, beganAtUs, endedAtUs: beganAtUs + 10, bypassed: false, returnedAtUs: 0, boundedUs: 0, shown: [[1, shown]],
  ...given,
});
const rules = (writes: Write[], one: Read) => violations(writes, [one]).map((found) => found.rule);

test('[H1] A read that began after an answer shows it or a later one; one that began before may show either', () => {
  const writes = [write(2), write(1), write(3)];
  expect(rules(writes, read(251, 1))).toEqual(['stale']);
  expect(rules(writes, read(251, 2))).toEqual([]);
  expect(rules(writes, read(295, 3))).toEqual([]);
  expect(rules(writes, read(250, 1))).toEqual([]);
  expect(rules(writes, read(900, 2))).toEqual(['stale']);
  expect(rules(writes, read(900, 3))).toEqual([]);
});

test('[H1] An early answer to a late write counts, whatever is answered after it', () => {
  const writes = [write(1, { answeredAtUs: 900 }), write(2, { answeredAtUs: 300 })];
  expect(rules(writes, read(400, 1))).toEqual(['stale']);
  expect(rules(writes, read(1000, 1))).toEqual(['stale']);
  expect(rules(writes, read(1000, 2))).toEqual([]);
});

test('[H2] An unfenced write binds its own node, bypasses and nodes that returned, others once it is applied', () => {
  const writes = [write(1), write(2, { fenced: false, appliedAtUs: 800 })];
  expect(rules(writes, read(400, 1))).toEqual([]);
  expect(rules(writes, read(400, 1, { process: 0 }))).toEqual(['stale']);
  expect(rules(writes, read(400, 1, { bypassed: true }))).toEqual(['stale']);
  expect(rules(writes, read(400, 1, { returnedAtUs: 201 }))).toEqual(['stale']);
  expect(rules(writes, read(400, 1, { returnedAtUs: 199 }))).toEqual([]);
  expect(rules(writes, read(801, 1))).toEqual(['stale']);
  expect(rules(writes, read(801, 2))).toEqual([]);
  expect(rules(writes, read(400, 0))).toEqual(['stale']);
});

test('[H3] A write that was never answered binds once it is applied', () => {
  const { answeredAtUs, ...killed } = write(2, { fenced: false });
  expect(answeredAtUs).toBe(250);
  expect(rules([write(1), killed], read(5000, 1))).toEqual([]);
  expect(rules([write(1), { ...killed, appliedAtUs: 4000 }], read(5000, 1))).toEqual(['stale']);
});

test('[H4] A value that nobody had written is found', () => {
  expect(rules([write(1)], read(500, 2))).toEqual(['unwritten']);
  expect(rules([write(1), write(9)], read(500, 9))).toEqual(['unwritten']);
  expect(rules([], read(500, 0))).toEqual([]);
});

test('[H5] A bounded read may be as old as its bound, and no older', () => {
  expect(rules([write(1), write(2)], read(300, 1, { boundedUs: 100 }))).toEqual([]);
  expect(rules([write(1), write(2)], read(400, 1, { boundedUs: 100 }))).toEqual(['stale']);
});
