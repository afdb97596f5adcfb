import { expect, test } from 'vitest';
import { createGroupedWrite } from './grouped-write.ts';
import type { Write } from './write.ts';

/** Commits one after another, each when it is let. */
function manual() {
  const open: (() => void)[] = [];
  const write: Write = async (work) => {
    await new Promise<void>((resolve) => open.push(resolve));
    return work({} as never, { add: () => {} });
  };
  return { write, open };
}

test('What arrives while a change is under way is committed together by the next, each caller with its own result', async () => {
  const { write, open } = manual();
  const groups: string[][] = [];
  const change = createGroupedWrite<string, string>(write, async (_tx, _effects, items) => {
    groups.push([...items]);
    return items.map((item) => item.toUpperCase());
  });
  const first = [change('a'), change('b')];
  await expect.poll(() => open.length).toBe(1);
  const second = [change('c'), change('d'), change('e')];
  open[0]!();
  expect(await Promise.all(first)).toEqual(['A', 'B']);
  await expect.poll(() => open.length).toBe(2);
  open[1]!();
  expect(await Promise.all(second)).toEqual(['C', 'D', 'E']);
  expect(groups).toEqual([['a', 'b'], ['c', 'd', 'e']]);
});

test('A bad one fails by itself: the others are committed', async () => {
  const committed: string[] = [];
  const write: Write = (work) => work({} as never, { add: () => {} });
  const change = createGroupedWrite<string, string>(write, async (_tx, _effects, items) => {
    if (items.includes('bad')) throw new Error('bad');
    committed.push(...items);
    return items;
  });
  const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map((item) => change(item)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(committed).toEqual(['a', 'b']);
});
