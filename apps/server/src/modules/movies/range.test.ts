import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ifRangeMatches, parseRange } from './range.ts';

const full = { kind: 'full' };
const unsatisfiable = { kind: 'unsatisfiable' };
const partial = (start: number, end: number) => ({ kind: 'partial', start, end });

describe('parseRange', () => {
  test.each([
    ['bytes=0-0', partial(0, 0)],
    ['bytes=0-99', partial(0, 99)],
    ['bytes=10-', partial(10, 99)],
    ['bytes=10-500', partial(10, 99)],
    ['bytes=-1', partial(99, 99)],
    ['bytes=-500', partial(0, 99)],
    ['BYTES=5-6', partial(5, 6)],
    ['bytes= 5-6 ', partial(5, 6)],
    ['bytes=,5-6,', partial(5, 6)],
    ['bytes=0-99999999999999999999999', partial(0, 99)],
    ['bytes=100-', unsatisfiable],
    ['bytes=100-200', unsatisfiable],
    ['bytes=99999999999999999999999-', unsatisfiable],
    ['bytes=-0', unsatisfiable],
  ])('%s of 100 bytes', (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  test.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=5',
    'bytes=5-4',
    'bytes=--5',
    'bytes=+1-2',
    'bytes=1.5-2',
    'bytes=1 - 2',
    'bytes=0x0-0x1',
    'items=0-1',
    'bytes 0-1',
    'bytes=0-1,3-4',
    'bytes=0-1;3-4',
    '0-1',
  ])('%j is ignored', (header) => {
    expect(parseRange(header, 100)).toEqual(full);
  });

  test('of nothing, no range can be satisfied', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) expect(parseRange(header, 0)).toEqual(unsatisfiable);
  });

  const size = fc.nat({ max: Number.MAX_SAFE_INTEGER });

  test('first and last position select exactly the bytes that exist', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), fc.nat(300), (sizeBytes, start, end) => {
        fc.pre(start <= end);
        const bytes = Array.from({ length: sizeBytes }, (_, index) => index);
        const wanted = bytes.slice(start, end + 1);
        const range = parseRange(`bytes=${start}-${end}`, sizeBytes);
        if (wanted.length === 0) expect(range).toEqual(unsatisfiable);
        else expect(range).toEqual(partial(wanted[0] ?? -1, wanted.at(-1) ?? -1));
      }),
    );
  });

  test('a suffix selects the last bytes', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 400 }), (sizeBytes, length) => {
        const range = parseRange(`bytes=-${length}`, sizeBytes);
        if (sizeBytes === 0) expect(range).toEqual(unsatisfiable);
        else expect(range).toEqual(partial(Math.max(0, sizeBytes - length), sizeBytes - 1));
      }),
    );
  });

  test('whatever the header, a partial range lies within the size', () => {
    const numberish = fc.oneof(fc.nat().map(String), fc.bigInt({ min: 0n }).map(String), fc.constant(''));
    const shaped = fc.tuple(numberish, numberish).map(([first, last]) => `bytes=${first}-${last}`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), shaped), size, (header, sizeBytes) => {
        const range = parseRange(header, sizeBytes);
        if (range.kind !== 'partial') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThan(sizeBytes);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('ifRangeMatches', () => {
  const current = { etag: 'abc123', modifiedAt: new Date('2026-03-01T12:00:00.750Z') };

  test.each([
    [undefined, true],
    ['"abc123"', true],
    [' "abc123" ', true],
    ['"abc124"', false],
    ['W/"abc123"', false],
    ['abc123', false],
    ['*', false],
    ['', false],
    ['Sun, 01 Mar 2026 12:00:00 GMT', true],
    ['Sun, 01 Mar 2026 12:00:01 GMT', false],
    ['Sun, 01 Mar 2026 11:59:59 GMT', false],
    ['2026-03-01T12:00:00Z', false],
  ])('%j', (header, expected) => {
    expect(ifRangeMatches(header, current)).toBe(expected);
  });
});
