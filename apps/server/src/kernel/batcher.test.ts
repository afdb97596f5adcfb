import { expect, test } from 'vitest';
import { createBatcher } from './batcher.ts';

test('What arrives during a flush goes together with the next, and learns what that one answered', async () => {
  const batches: (readonly number[])[] = [];
  const gates: (() => void)[] = [];
  const batcher = createBatcher<number, string>(async (items) => {
    batches.push(items);
    await new Promise<void>((resolve) => gates.push(resolve));
    return `flush ${batches.length}`;
  });
  const first = batcher.add([1]);
  await expect.poll(() => batches).toEqual([[1]]);
  const rest = [batcher.add([2, 3]), batcher.add([4])];
  gates[0]!();
  expect(await first).toBe('flush 1');
  await expect.poll(() => batches).toEqual([[1], [2, 3, 4]]);
  gates[1]!();
  expect(await Promise.all(rest)).toEqual(['flush 2', 'flush 2']);
  await batcher.idle();
});

test('With a pause the first flush goes at once, and what comes before the pause is over goes together', async () => {
  const batches: { readonly items: readonly number[]; readonly atMs: number }[] = [];
  const batcher = createBatcher<number>(async (items) => void batches.push({ items, atMs: performance.now() }), { pauseMs: 300 });
  await batcher.add([1]);
  const second = batcher.add([2]);
  await new Promise((resolve) => setImmediate(resolve));
  const third = batcher.add([3]);
  await Promise.all([second, third]);
  expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]]);
  // A timer may ring a millisecond early.
  expect(batches[1]!.atMs - batches[0]!.atMs).toBeGreaterThan(298);
  await batcher.idle();
});
