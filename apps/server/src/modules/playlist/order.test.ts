import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, moved, type Placed } from './order.ts';

const items = fc.uniqueArray(fc.record({ id: fc.uuid(), votes: fc.nat(5) }), { selector: ({ id }) => id, maxLength: 20 })
  .map((all): Placed[] => all.map((item, position) => ({ ...item, position })));

test('[PL1] Most votes come first, equal ones as they were put', () => {
  fc.assert(fc.property(items, (all) => {
    const order = inOrder(all, 'votes');
    expect(new Set(order)).toEqual(new Set(all));
    for (const [nth, item] of order.slice(1).entries()) {
      const before = order[nth]!;
      expect(before.votes > item.votes || (before.votes === item.votes && before.position < item.position)).toBe(true);
    }
    expect(inOrder(all.toReversed(), 'manual')).toEqual(all);
  }));
});

test('[PL3] One film is put before another, and all others keep their order', () => {
  fc.assert(fc.property(items, fc.nat(), fc.nat(), (all, from, to) => {
    fc.pre(all.length > 0);
    const ids = all.map(({ id }) => id);
    const id = ids[from % ids.length]!;
    const beforeId = [...ids, null][to % (ids.length + 1)]!;
    const order = moved(ids, id, beforeId)!;
    expect(order.filter((other) => other !== id)).toEqual(ids.filter((other) => other !== id));
    const next = order[order.indexOf(id) + 1] ?? null;
    expect(next).toBe(beforeId === id ? (ids[ids.indexOf(id) + 1] ?? null) : beforeId);
  }));
});

test('[PL3] What is not there is moved nowhere', () => {
  expect(moved(['a', 'b'], 'c', null)).toBeUndefined();
  expect(moved(['a', 'b'], 'a', 'c')).toBeUndefined();
});
