import { expect, test } from 'vitest';
import { EffectUnavailable } from './index.ts';
import { ascending, fence, gate, job, recorder, startNode, testDatabase } from './test/support.ts';

const failsFor = (...bad: number[]) => (numbers: readonly number[]) => {
  if (numbers.some((n) => bad.includes(n))) throw new Error(`cannot apply ${numbers.join()}`);
};
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('[OB5] [OB6] A bad row among many does not take its neighbours with it', async () => {
  const jobs = recorder(failsFor(7));
  const { outbox } = await startNode(await testDatabase(), [job.handler(jobs.apply)], { maxAttempts: 3 });
  await outbox.write(async (_tx, effects) => {
    for (const n of upTo(20)) effects.add(job.of({ n }));
  });
  await expect.poll(() => outbox.figures()).toMatchObject({ pending: 0, failed: 1 });
  expect(jobs.calls[0]).toHaveLength(20);
  expect(jobs.applied.toSorted(ascending)).toEqual(upTo(20).filter((n) => n !== 7));
});

test('[OB4] [OB6] A failing effect holds up the later ones of its key only, and is tried after growing pauses', async () => {
  let failures = 4;
  const triedAt: number[] = [];
  const jobs = recorder((numbers) => {
    if (!numbers.includes(1)) return;
    // Each attempt tries the key's rows together first, then this one alone.
    if (numbers.length === 1) triedAt.push(performance.now());
    if (failures > 0) throw new Error('not yet');
  });
  const { outbox } = await startNode(await testDatabase(), [job.handler(jobs.apply)], { firstRetryMs: 60, maxRetryMs: 10_000 });
  await outbox.write(async (_tx, effects) => {
    effects.add(job.of({ n: 1 }, 'room:1'));
    effects.add(job.of({ n: 2 }, 'room:1'));
    effects.add(job.of({ n: 3 }, 'room:2'));
    effects.add(job.of({ n: 4 }));
  });
  await expect.poll(() => jobs.applied.toSorted(ascending)).toEqual([3, 4]);
  await expect.poll(() => triedAt.length, { timeout: 5000 }).toBeGreaterThanOrEqual(4);
  const pauses = triedAt.slice(1).map((at, index) => at - triedAt[index]!);
  for (const [index, atLeastMs] of [60, 120, 240].entries()) expect(pauses[index]).toBeGreaterThanOrEqual(atLeastMs - 5);
  failures = 0;
  await expect.poll(() => jobs.applied.slice(2), { timeout: 5000 }).toEqual([1, 2]);
});

test('[OB7] After maxAttempts an effect is set aside, counted, and its key goes on; it can be taken up again', async () => {
  let bad = [1];
  const jobs = recorder((numbers) => failsFor(...bad)(numbers));
  const { outbox, database } = await startNode(await testDatabase(), [job.handler(jobs.apply)], { maxAttempts: 3 });
  await outbox.write(async (_tx, effects) => {
    effects.add(job.of({ n: 1 }, 'room:1'));
    effects.add(job.of({ n: 2 }, 'room:1'));
  });
  await expect.poll(() => outbox.figures()).toEqual({ pending: 0, oldestSeconds: 0, failed: 1 });
  expect(jobs.applied).toEqual([2]);
  const [row] = await database.kysely.selectFrom('outbox').selectAll().execute();
  expect(row).toMatchObject({ attempts: 3, last_error: 'cannot apply 1', payload: { n: 1 } });
  bad = [];
  expect(await outbox.takeUpFailed()).toBe(1);
  await expect.poll(() => jobs.applied).toEqual([2, 1]);
  await expect.poll(() => outbox.figures()).toMatchObject({ pending: 0, failed: 0 });
});

test('[OB7] A payload that no longer fits its schema is set aside at once, out of the way of its key', async () => {
  const jobs = recorder();
  const { outbox, database } = await startNode(await testDatabase(), [job.handler(jobs.apply)]);
  await database.kysely
    .insertInto('outbox')
    .values([
      { id: '018f0000-0000-7000-8000-000000000001', kind: job.kind, key: 'room:1', payload: '{"old":true}', available_at: new Date() },
      { id: '018f0000-0000-7000-8000-000000000002', kind: job.kind, key: 'room:1', payload: '{"n":2}', available_at: new Date() },
      { id: '018f0000-0000-7000-8000-000000000003', kind: job.kind, payload: '["list"]', available_at: new Date() },
    ])
    .execute();
  await expect.poll(() => outbox.figures()).toMatchObject({ pending: 0, failed: 2 });
  expect(jobs.applied).toEqual([2]);
});

test('[OB8] A target that is away uses up no attempts, is tried after growing pauses, and then gets everything', async () => {
  let away = true;
  const jobs = recorder(() => {
    if (away) throw new EffectUnavailable('away');
  });
  const { outbox, database } = await startNode(await testDatabase(), [job.handler(jobs.apply)], { maxAttempts: 1 });
  await outbox.write(async (_tx, effects) => {
    for (const n of upTo(10)) effects.add(job.of({ n }, n % 2 === 0 ? 'room:1' : undefined));
  });
  await expect.poll(() => jobs.calls.length).toBeGreaterThan(5);
  const rows = await database.kysely.selectFrom('outbox').select(['attempts', 'failed_at']).execute();
  expect(rows).toEqual(upTo(10).map(() => ({ attempts: 0, failed_at: null })));
  away = false;
  await expect.poll(() => outbox.figures()).toMatchObject({ pending: 0, failed: 0 });
  expect(jobs.applied.toSorted(ascending)).toEqual(upTo(10));
  expect(jobs.applied.filter((n) => n % 2 === 0)).toEqual([2, 4, 6, 8, 10]);
});

test('[OB8] [OB6] A handler that hangs counts as away, and other kinds go on', async () => {
  const open = gate();
  let hangs = true;
  const jobs = recorder(() => (hangs ? open.opened : undefined));
  const fences = recorder();
  const handlers = [job.handler(jobs.apply), fence.handler(fences.apply)];
  const { outbox } = await startNode(await testDatabase(), handlers, { handlerTimeoutMs: 50, maxAttempts: 1 });
  await outbox.write(async (_tx, effects) => effects.add(job.of({ n: 1 })));
  await expect.poll(() => jobs.calls.length).toBeGreaterThan(2);
  await outbox.write(async (_tx, effects) => effects.add(fence.of({ n: 2 }, 'room:1')));
  expect(fences.applied).toEqual([2]);
  hangs = false;
  await expect.poll(() => outbox.figures()).toMatchObject({ pending: 0, failed: 0 });
  open.open();
});

test('[OB6] A batch that takes too long gets smaller, and what was done of it counts', async () => {
  const jobs = recorder((numbers) => new Promise((resolve) => setTimeout(resolve, numbers.length * 20)));
  const settings = { handlerTimeoutMs: 150, applyForMs: 200, ownershipMs: 0 };
  const { outbox } = await startNode(await testDatabase(), [job.handler(jobs.apply)], settings);
  await outbox.write(async (_tx, effects) => {
    for (const n of upTo(12)) effects.add(job.of({ n }, 'room:1'));
  });
  await expect.poll(() => outbox.figures(), { timeout: 10_000 }).toMatchObject({ pending: 0, failed: 0 });
  // The first batch of 12 ran on after it was given up, as a hanging call would.
  const firsts = [...new Set(jobs.calls.filter((call) => call.length < 12).flat())];
  expect(firsts).toEqual(upTo(12));
});

test('[OB9] Effects of an unknown kind are left alone, with those behind them, until a node knows them', async () => {
  const db = await testDatabase();
  const jobs = recorder();
  const { outbox: old, database } = await startNode(db, [job.handler(jobs.apply)]);
  await database.kysely
    .insertInto('outbox')
    .values([
      { id: '018f0000-0000-7000-8000-000000000001', kind: fence.kind, key: 'room:1', payload: '{"n":1}', available_at: new Date() },
      { id: '018f0000-0000-7000-8000-000000000002', kind: job.kind, key: 'room:1', payload: '{"n":2}', available_at: new Date() },
      { id: '018f0000-0000-7000-8000-000000000003', kind: job.kind, key: 'room:2', payload: '{"n":3}', available_at: new Date() },
    ])
    .execute();
  await expect.poll(() => jobs.applied).toEqual([3]);
  await old.drain();
  expect(jobs.applied).toEqual([3]);
  await expect.poll(() => old.figures()).toMatchObject({ pending: 2, failed: 0 });
  const newer = recorder();
  await startNode(db, [fence.handler(newer.apply), job.handler(newer.apply)]);
  await expect.poll(() => [...newer.applied, ...jobs.applied].toSorted(ascending)).toEqual([1, 2, 3]);
});

test('[OB10] While its writer may apply it nobody else does; afterwards any node takes it', async () => {
  const db = await testDatabase();
  const jobs = recorder();
  const { outbox, database } = await startNode(db, [job.handler(jobs.apply)]);
  const insert = (id: number, inMs: number) =>
    database.kysely.insertInto('outbox').values({
      id: `018f0000-0000-7000-8000-00000000000${id}`, kind: job.kind, payload: JSON.stringify({ n: id }),
      available_at: new Date(Date.now() + inMs),
    }).execute();
  await insert(1, 60_000);
  await insert(2, 0);
  await expect.poll(() => jobs.applied).toEqual([2]);
  await outbox.drain();
  expect(jobs.applied).toEqual([2]);
  await database.kysely.updateTable('outbox').set({ available_at: new Date() }).execute();
  await expect.poll(() => jobs.applied).toEqual([2, 1]);
});

test('[OB10] What one node is applying another one skips', async () => {
  const db = await testDatabase();
  const open = gate();
  const first = recorder(() => open.opened);
  const second = recorder();
  const one = await startNode(db, [job.handler(first.apply)], { ownershipMs: 0 });
  await one.outbox.write(async (_tx, effects) => {
    effects.add(job.of({ n: 1 }));
    effects.add(job.of({ n: 2 }, 'room:1'));
  });
  await expect.poll(() => first.calls.flat().toSorted(ascending)).toEqual([1, 2]);
  const two = await startNode(db, [job.handler(second.apply)]);
  expect(await two.outbox.drain()).toBe(0);
  expect(second.calls).toEqual([]);
  open.open();
  await expect.poll(() => one.outbox.figures()).toMatchObject({ pending: 0 });
  expect(second.calls).toEqual([]);
});
