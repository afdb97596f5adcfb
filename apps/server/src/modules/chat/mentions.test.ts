import { expect, test } from 'vitest';
import { mentionsOf, namesIn } from './mentions.ts';

test.each([
  ['Hi @Ann', ['ann']],
  ['@ann, @bob: and @ann again', ['ann', 'bob']],
  ['(@ann) "@bob" @carl.', ['ann', 'bob', 'carl']],
  ['Look, @ann.smith-2_!', ['ann.smith-2_']],
  ['ann@example.org, @@ann, x/@ann, @аня, @annä', []],
  ['@', []],
  ['nobody', []],
])('[CH7] %j names %j', (content, names) => {
  expect(namesIn(content)).toEqual(names);
});

test('[CH7] At most twenty are named', () => {
  expect(namesIn(Array.from({ length: 30 }, (_, nth) => `@user${nth}`).join(' '))).toHaveLength(20);
});

test('[CH7] A long text without names takes no time', () => {
  const startMs = performance.now();
  for (const content of ['@'.repeat(2000), 'a'.repeat(2000), `@${'a-'.repeat(999)}`, '@a.'.repeat(660)]) namesIn(content);
  expect(performance.now() - startMs).toBeLessThan(5000);
});

test('[CH7] Named is who was found in that room, in the order of the text', () => {
  const found = [
    { roomId: 1, name: 'ann', userId: 7, username: 'Ann' }, { roomId: 2, name: 'bob', userId: 8, username: 'Bob' },
    { roomId: 1, name: 'carl', userId: 9, username: 'Carl' },
  ];
  expect(mentionsOf('@carl @bob @ANN', 1, found)).toEqual([{ userId: 9, username: 'Carl' }, { userId: 7, username: 'Ann' }]);
});
