import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timeOfUuidv7, uuidv7 } from './ids.ts';

const MAX_MS = 2 ** 48 - 1;
const random = fc.uuid({ version: 4 });

it('is a UUID of version 7 and variant 10 that holds its time', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: MAX_MS }), random, (nowMs, bits) => {
    const id = uuidv7(nowMs, bits);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(nowMs);
    expect(timeOfUuidv7(id)).toBe(nowMs);
  }));
});

it('keeps 74 random bits, as given', () => {
  const ones = uuidv7(0, 'ffffffff-ffff-4fff-bfff-ffffffffffff');
  expect(ones).toBe('00000000-0000-7fff-bfff-ffffffffffff');
  expect(uuidv7(0, '00000000-0000-4000-8000-000000000000')).toBe('00000000-0000-7000-8000-000000000000');
});

it('sorts by time as text', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: MAX_MS - 1 }), random, random, (nowMs, a, b) => {
    expect(uuidv7(nowMs, a) < uuidv7(nowMs + 1, b)).toBe(true);
  }));
});

it('is different each time', () => {
  expect(new Set(Array.from({ length: 1000 }, () => uuidv7(5))).size).toBe(1000);
});
