import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { EffectUnavailable } from './index.ts';
import { ascending, fence, gate, job, recorder, startNode, testDatabase } from './test/support.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const never = () => new Promise<void>(() => {});

test('[OB1] A write that fails leaves neither its rows nor its effects', async () => {
  const db = await testDatabase();
  const jobs = recorder();
  const { outbox, database } = await startNode(db, [job.handler(jobs.apply)]);
  await expect(
    outbox.write(async (tx, effects) => {
      await tx.insertInto('setup_tokens').values({ token_hash: Buffer.from('a') }).execute();
      effects.add(job.of({ n: 1 }));
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  await outbox.write(async (tx, effects) => {
    await tx.insertInto('setup_tokens').values({ token_hash: Buffer.from('b') }).execute();
    effects.add(job.of({ n: 2 }));
  });
  await expect.poll(() => jobs.applied).toEqual([2]);
  const rows = await database.kysely.selectFrom('setup_tokens').select('token_hash').execute();
  expect(rows.map((row) => row.token_hash.toString())).toEqual(['b']);
  await expect.poll(() => outbox.figures()).toEqual({ pending: 0, oldestSeconds: 0, failed: 0 });
});

test('[OB1] An effect nobody handles, or with a payload that does not fit, fails its write', async () => {
  const { outbox, database } = await startNode(await testDatabase(), [job.handler(recorder().apply)]);
  const work = (effect: { kind: string; payload: object }) =>
    outbox.write(async (tx, effects) => {
      await tx.insertInto('setup_tokens').values({ token_hash: Buffer.from('a') }).execute();
      effects.add(effect);
    });
  await expect(work({ kind: 'test.unheard', payload: {} })).rejects.toThrow('test.unheard');
  await expect(work({ kind: job.kind, payload: { n: 'one' } })).rejects.toThrow('test.job');
  expect(await database.kysely.selectFrom('setup_tokens').selectAll().execute()).toEqual([]);
});

test('[OB1] A write that is run again after a serialization failure has its effects once', async () => {
  const jobs = recorder();
  const { outbox } = await startNode(await testDatabase(), [job.handler(jobs.apply)]);
  let runs = 0;
  await outbox.write(async (tx, effects) => {
    runs += 1;
    effects.add(job.of({ n: runs }));
    if (runs < 3) await sql`do $$ begin raise exception sqlstate '40001'; end $$`.execute(tx);
  });
  await expect.poll(() => jobs.applied).toEqual([3]);
});

test.each([undefined, 'room:5'])('[OB3] An answer waits for its waiting effects, and not for the others (key %s)', async (key) => {
  const open = gate();
  const waiting = gate();
  const fences = recorder(() => waiting.opened);
  const jobs = recorder(() => open.opened);
  const { outbox } = await startNode(await testDatabase(), [fence.handler(fences.apply), job.handler(jobs.apply)]);
  let answered = false;
  const write = outbox.write(async (_tx, effects) => {
    effects.add(fence.of({ n: 1 }, key));
    effects.add(job.of({ n: 2 }));
  });
  void write.then(() => (answered = true));
  await expect.poll(() => [fences.calls.length, jobs.calls.length]).toEqual([1, 1]);
  await pause(30);
  expect(answered).toBe(false);
  waiting.open();
  await write;
  expect(fences.applied).toEqual([1]);
  expect(jobs.applied).toEqual([]);
  open.open();
});

test('[OB3] A slow effect that nobody waits for does not delay the waiting effects of other writes', async () => {
  const open = gate();
  const jobs = recorder(() => open.opened);
  const fences = recorder();
  const settings = { answerWaitMs: 10_000, ownershipMs: 60_000, handlerTimeoutMs: 60_000 };
  const { outbox } = await startNode(await testDatabase(), [fence.handler(fences.apply), job.handler(jobs.apply)], settings);
  await outbox.write(async (_tx, effects) => effects.add(job.of({ n: 1 }, 'room:1')));
  await expect.poll(() => jobs.calls.length).toBe(1);
  await outbox.write(async (_tx, effects) => effects.add(fence.of({ n: 2 }, 'room:2')));
  expect(fences.applied).toEqual([2]);
  open.open();
});

test.each([undefined, 'room:5'])('[OB3] An answer waits no longer than answerWaitMs (key %s)', async (key) => {
  const hangs = recorder(never);
  const settings = { answerWaitMs: 100, handlerTimeoutMs: 300 };
  const { outbox } = await startNode(await testDatabase(), [fence.handler(hangs.apply)], settings);
  const startedAt = performance.now();
  await outbox.write(async (_tx, effects) => effects.add(fence.of({ n: 1 }, key)));
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThanOrEqual(99);
  expect(tookMs).toBeLessThan(5000);
  expect(await outbox.figures()).toMatchObject({ pending: 1 });
});

test.each([undefined, 'room:5'])('[OB3] [OB8] An answer also waits for another node to apply what this one cannot reach (key %s)', async (key) => {
  const db = await testDatabase();
  const away = recorder(() => Promise.reject(new EffectUnavailable('no way there from here')));
  const fences = recorder();
  // Only being asked makes the other node look: by itself it would not for a minute.
  const settings = { pollIntervalMs: 60_000, ownershipMs: 60_000, answerWaitMs: 10_000 };
  const here = await startNode(db, [fence.handler(away.apply)], settings);
  await startNode(db, [fence.handler(fences.apply)], settings);
  await here.outbox.write(async (_tx, effects) => effects.add(fence.of({ n: 1 }, key)));
  expect(fences.applied).toEqual([1]);
  expect(await here.outbox.figures()).toEqual({ pending: 0, oldestSeconds: 0, failed: 0 });
});

test('[OB3] An answer waits for a keyed effect whose predecessor another node is applying', async () => {
  const db = await testDatabase();
  const open = gate();
  const first = recorder(() => open.opened);
  const second = recorder();
  const settings = { pollIntervalMs: 60_000, ownershipMs: 60_000, answerWaitMs: 10_000 };
  const one = await startNode(db, [job.handler(first.apply), fence.handler(first.apply)], settings);
  const two = await startNode(db, [job.handler(second.apply), fence.handler(second.apply)], settings);
  await one.outbox.write(async (_tx, effects) => effects.add(job.of({ n: 1 }, 'room:5')));
  await expect.poll(() => first.calls).toEqual([[1]]);
  let answered = false;
  const write = two.outbox.write(async (_tx, effects) => effects.add(fence.of({ n: 2 }, 'room:5')));
  void write.then(() => (answered = true));
  await pause(60);
  expect(answered).toBe(false);
  expect(second.calls).toEqual([]);
  open.open();
  await write;
  // Whichever of the two looked first after the predecessor was done.
  expect([...first.applied, ...second.applied]).toEqual([1, 2]);
});

test('[OB4] A row that found its key taken by another node is applied right after, not at the next poll', async () => {
  const db = await testDatabase();
  const open = gate();
  const first = recorder(() => open.opened);
  const second = recorder();
  const settings = { pollIntervalMs: 60_000, ownershipMs: 60_000 };
  const one = await startNode(db, [job.handler(first.apply)], settings);
  const two = await startNode(db, [job.handler(second.apply)], settings);
  await one.outbox.write(async (_tx, effects) => effects.add(job.of({ n: 1 }, 'room:5')));
  await expect.poll(() => first.calls).toEqual([[1]]);
  await two.outbox.write(async (_tx, effects) => effects.add(job.of({ n: 2 }, 'room:5')));
  open.open();
  await expect.poll(() => [...first.applied, ...second.applied]).toEqual([1, 2]);
});

test('[OB11] Closing waits for what is being applied; what is left stays for the next start', async () => {
  const db = await testDatabase();
  const open = gate();
  const jobs = recorder(() => open.opened);
  const { outbox } = await startNode(db, [job.handler(jobs.apply)], { batchSize: 1, ownershipMs: 60_000 });
  await outbox.write(async (_tx, effects) => {
    for (const n of [1, 2, 3]) effects.add(job.of({ n }));
  });
  await expect.poll(() => jobs.calls.length).toBe(1);
  let closed = false;
  const closing = outbox.close().then(() => (closed = true));
  await pause(30);
  expect(closed).toBe(false);
  open.open();
  await closing;
  const begun = jobs.calls.length;
  expect(jobs.applied).toHaveLength(begun);
  await pause(50);
  expect(jobs.calls).toHaveLength(begun);
  const { pending } = await outbox.figures();
  expect(pending).toBe(3 - begun);
});

test('[OB11] [OB2] The next start applies what the last one left', async () => {
  const db = await testDatabase();
  const away = recorder(() => Promise.reject(new EffectUnavailable('away')));
  const before = await startNode(db, [job.handler(away.apply)]);
  await before.outbox.write(async (_tx, effects) => {
    effects.add(job.of({ n: 1 }));
    effects.add(job.of({ n: 2 }, 'room:5'));
    effects.add(job.of({ n: 3 }, 'room:5'));
  });
  await before.outbox.close();
  const jobs = recorder();
  const after = await startNode(db, [job.handler(jobs.apply)]);
  await expect.poll(() => after.outbox.figures()).toEqual({ pending: 0, oldestSeconds: 0, failed: 0 });
  expect(jobs.applied.toSorted(ascending)).toEqual([1, 2, 3]);
});
