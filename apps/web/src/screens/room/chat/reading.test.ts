import { describe, expect, test } from 'vitest';
import { follows, readsAlong, scrolledTo } from './reading.ts';

const at = (userId: number, time: string, replyTo: null | object = null) => ({ userId, createdAt: `2030-01-01T${time}Z`, replyTo }) as Parameters<typeof follows>[0];

test.each([
  ['the same person shortly after', at(1, '20:04:59'), at(1, '20:00:00'), true],
  ['the same person later', at(1, '20:05:00'), at(1, '20:00:00'), false],
  ['another one', at(2, '20:00:01'), at(1, '20:00:00'), false],
  ['a reply, which has words above it', at(1, '20:00:01', {}), at(1, '20:00:00'), false],
  ['the first of all', at(1, '20:00:00'), undefined, false],
] as const)('%s', (_what, message, before, expected) => {
  expect(follows(message, before)).toBe(expected);
});

describe('the list of messages', () => {
  test.each([[1000, 600, 400, true], [1000, 521, 400, true], [1000, 520, 400, false], [1000, 0, 400, false], [300, 0, 400, true]])(
    'of %d px at %d, %d of which are seen: reads along is %s', (scrollHeight, scrollTop, clientHeight, expected) => {
      expect(readsAlong({ scrollHeight, scrollTop, clientHeight })).toBe(expected);
    },
  );

  test('stays at the end for who reads along, whatever comes and where', () => {
    expect(scrolledTo({ first: 'a', height: 1000 }, { first: 'a', height: 1060 }, { top: 600, sticks: true })).toBe(1060);
    expect(scrolledTo({ first: 'b', height: 1000 }, { first: 'a', height: 3000 }, { top: 600, sticks: true })).toBe(3000);
  });

  test('stays at what one was reading when older messages come in above', () => {
    expect(scrolledTo({ first: 'm50', height: 1000 }, { first: 'm1', height: 3400 }, { top: 0, sticks: false })).toBe(2400);
    expect(scrolledTo({ first: 'm50', height: 1000 }, { first: 'm1', height: 3400 }, { top: 30, sticks: false })).toBe(2430);
  });

  test('does not move when new ones come in below, nor when the first ones of all come', () => {
    expect(scrolledTo({ first: 'a', height: 1000 }, { first: 'a', height: 1060 }, { top: 200, sticks: false })).toBe(200);
    expect(scrolledTo({ first: undefined, height: 400 }, { first: 'a', height: 1060 }, { top: 0, sticks: false })).toBe(0);
  });
});
