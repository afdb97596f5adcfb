import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTimeLimit } from './time-limit.ts';

const never = new Promise<never>(() => {});

test('What comes in time is passed on, with its failures; what does not is given up, each by its own time', async () => {
  const inTime = createTimeLimit(80);
  expect(await inTime(Promise.resolve('read'))).toBe('read');
  await expect(inTime(Promise.reject(new Error('WRONGTYPE')))).rejects.toThrow('WRONGTYPE');
  await expect(inTime(Promise.reject('text'))).rejects.toThrow(new Error('text'));
  const startedAt = performance.now();
  const first = inTime(never).catch((error: Error) => [error.message, performance.now() - startedAt] as const);
  await sleep(40);
  const second = inTime(never).catch((error: Error) => [error.message, performance.now() - startedAt] as const);
  const [firstMessage, firstMs] = (await first) as [string, number];
  const [, secondMs] = (await second) as [string, number];
  expect(firstMessage).toBe('Redis did not answer within 80 ms');
  expect(firstMs).toBeGreaterThanOrEqual(80);
  expect(secondMs).toBeGreaterThanOrEqual(119);
});

test('An answer that has arrived is not given up because this process was busy', async () => {
  const inTime = createTimeLimit(40);
  const { promise, resolve } = Promise.withResolvers<string>();
  const answer = inTime(promise);
  // Timers run first, then what the sockets have brought, then immediates.
  setTimeout(() => setImmediate(resolve, 'just read'), 1);
  const endsAt = performance.now() + 100;
  while (performance.now() < endsAt);
  expect(await answer).toBe('just read');
});

test('After a time in which nothing was asked it counts anew', async () => {
  const inTime = createTimeLimit(20);
  await expect(inTime(never)).rejects.toThrow('within 20 ms');
  await sleep(30);
  expect(await inTime(sleep(1, 'read'))).toBe('read');
  await expect(inTime(never)).rejects.toThrow('within 20 ms');
});
