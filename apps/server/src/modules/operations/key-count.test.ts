import { expect, test } from 'vitest';
import { createKeyCount } from './key-count.ts';

/** A database of so many keys, every second one an entry; counts how often it was gone through. */
function database(size: number) {
  const state = { passes: 0, held: undefined as Promise<void> | undefined, broken: false };
  async function* find(): AsyncIterable<string> {
    state.passes += 1;
    await state.held;
    if (state.broken) throw new Error('away');
    for (let nth = 0; nth < size; nth += 1) yield nth % 2 === 0 ? `cache:room:${nth}` : `session:${nth}`;
  }
  return { state, find, total: async () => size, policyOf: (key: string) => (key.startsWith('cache:') ? 'rooms.one' : undefined) };
}
const settings = { sampleKeys: 1000, freshForMs: 100, waitMs: 20 };

test('Counts exactly what it can look at, and by the share in a sample what is more', async () => {
  const exact = await createKeyCount({ ...database(1000), now: () => 0 }, settings)();
  expect(exact).toEqual({ keys: 500, byPolicy: new Map([['rooms.one', 500]]), estimated: false });
  const more = await createKeyCount({ ...database(50_000), now: () => 0 }, settings)();
  expect(more).toEqual({ keys: 25_000, byPolicy: new Map([['rooms.one', 25_000]]), estimated: true });
  expect((await createKeyCount({ ...database(1001), now: () => 0 }, settings)()).estimated).toBe(true);
});

test('Many who ask at once cause one count, and a fresh one serves the next', async () => {
  let nowMs = 0;
  const { state, ...deps } = database(10);
  const count = createKeyCount({ ...deps, now: () => nowMs }, settings);
  await Promise.all(Array.from({ length: 50 }, count));
  await count();
  expect(state.passes).toBe(1);
  nowMs = 100;
  await count();
  expect(state.passes).toBe(2);
});

test('A count that takes long is kept longer, so that counting is a small part of the time', async () => {
  let nowMs = 0;
  const { state, ...deps } = database(10);
  async function* slow(): AsyncIterable<string> {
    yield* deps.find();
    nowMs += 1000;
  }
  const count = createKeyCount({ ...deps, find: slow, now: () => nowMs }, settings);
  await count();
  nowMs += 19_000;
  await count();
  expect(state.passes).toBe(1);
  nowMs += 1001;
  await count();
  expect(state.passes).toBe(2);
});

test('Who asks during a long count gets the one before; a count that fails is tried again', async () => {
  let nowMs = 0;
  const { state, ...deps } = database(10);
  const count = createKeyCount({ ...deps, now: () => nowMs }, settings);
  expect((await count()).keys).toBe(5);
  nowMs = 100;
  const held = Promise.withResolvers<void>();
  state.held = held.promise;
  expect((await count()).keys).toBe(5);
  expect((await count()).keys).toBe(5);
  expect(state.passes).toBe(2);
  state.broken = true;
  held.resolve();
  await expect(count()).rejects.toThrow('away');
  state.broken = false;
  expect((await count()).keys).toBe(5);
  expect(state.passes).toBe(3);
});
