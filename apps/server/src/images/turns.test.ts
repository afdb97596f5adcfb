import { expect, test } from 'vitest';
import { createTurns } from '../kernel/turns.ts';
import { createTurnsByKey } from './turns.ts';

test('[IM10] some run at once, some wait in order, more are refused, and failures pass their place on', async () => {
  const turn = createTurns({ atOnce: 2, maxWaiting: 3, refusal: 'Too many' });
  const begun: number[] = [];
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const results = ends.map(({ promise }, index) => turn(async () => {
    begun.push(index);
    await promise;
  }));
  await expect(turn(() => Promise.resolve())).rejects.toMatchObject({ code: 'service.unavailable', retryAfterSeconds: 2 });
  expect(begun).toEqual([0, 1]);
  ends[1]!.reject(new Error('broken'));
  await expect(results[1]).rejects.toThrow('broken');
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  for (const { resolve } of ends) resolve();
  await Promise.all([results[0], results[2], results[3], results[4]]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  await expect(turn(() => Promise.resolve('free'))).resolves.toBe('free');
});

test('[IM10] each key has turns of its own, one at once', async () => {
  const turn = createTurnsByKey({ maxWaiting: 1 });
  const begun: string[] = [];
  const end = Promise.withResolvers<void>();
  const task = (name: string) => async () => {
    begun.push(name);
    await end.promise;
  };
  const all = [turn(1, task('a1')), turn(1, task('a2')), turn(2, task('b1'))];
  await expect(turn(1, task('a3'))).rejects.toMatchObject({ code: 'service.unavailable' });
  expect(begun).toEqual(['a1', 'b1']);
  end.resolve();
  await Promise.all(all);
  expect(begun).toEqual(['a1', 'b1', 'a2']);
});
