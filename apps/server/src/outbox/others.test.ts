import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { EffectUnavailable } from './handler.ts';
import { ascending, fence, recorder, startNode, testDatabase } from './test/support.ts';

const unreachable = () => recorder(() => Promise.reject(new EffectUnavailable('no way there from here')));
const settings = { pollIntervalMs: 60_000, ownershipMs: 60_000, maxRestMs: 60_000, firstRetryMs: 60_000, answerWaitMs: 10_000 };

async function timed(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

test('[OB3] With no other node an answer does not wait for what cannot be reached; it is applied later all the same', async () => {
  let away = true;
  const target = recorder(() => (away ? Promise.reject(new EffectUnavailable('away')) : undefined));
  let unfenced = 0;
  const db = await testDatabase();
  const { outbox } = await startNode(db, [fence.handler(target.apply)], settings, () => (unfenced += 1));
  for (let n = 1; n <= 20; n += 1) {
    expect(await timed(outbox.write(async (_tx, effects) => effects.add(fence.of({ n }))))).toBeLessThan(5000);
  }
  expect(target.applied).toEqual([]);
  expect(unfenced).toBe(0);
  away = false;
  await sql`update outbox set available_at = now()`.execute(db.database.kysely);
  await outbox.drain();
  expect(target.applied.toSorted(ascending)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
});

test('[OB3] With another node it waits, also for one that has just come, and in vain is counted', async () => {
  const db = await testDatabase();
  const here = unreachable();
  let unfenced = 0;
  const write = (n: number) => one.outbox.write(async (_tx, effects) => effects.add(fence.of({ n })));
  const one = await startNode(db, [fence.handler(here.apply)], { ...settings, answerWaitMs: 300 }, () => (unfenced += 1));
  await write(1);
  expect(unfenced).toBe(0);
  const other = unreachable();
  const two = await startNode(db, [fence.handler(other.apply)], settings);
  expect(await timed(write(2))).toBeGreaterThan(250);
  expect(unfenced).toBe(1);
  // Its session is lost, but for a while it may still serve what it knows.
  await two.outbox.close();
  expect(await timed(write(3))).toBeGreaterThan(250);
  expect(unfenced).toBe(2);
});

test('[OB3] A node that has lost its own listening session does not take another’s for its own', async () => {
  const db = await testDatabase();
  const fences = recorder();
  const one = await startNode(db, [fence.handler(unreachable().apply)], settings);
  await startNode(db, [fence.handler(fences.apply)], settings);
  // The first that came is the first node's.
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'watchparty listen outbox' order by backend_start limit 1
  `.execute(one.database.kysely);
  await one.outbox.write(async (_tx, effects) => effects.add(fence.of({ n: 1 })));
  expect(fences.applied).toEqual([1]);
});

test('[OB3] A handler that does not come back may show anything: its write waits, whoever else there is', async () => {
  const hangs = recorder(() => new Promise<void>(() => {}));
  let unfenced = 0;
  const { outbox } = await startNode(
    await testDatabase(), [fence.handler(hangs.apply)], { ...settings, answerWaitMs: 200, handlerTimeoutMs: 50 }, () => (unfenced += 1),
  );
  expect(await timed(outbox.write(async (_tx, effects) => effects.add(fence.of({ n: 1 }))))).toBeGreaterThan(190);
  expect(unfenced).toBe(1);
});
