import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeViolations } from '../../test/history-check.ts';
import {
  anything, cutOff, dropConnections, evict, type Fault, freezeRedis, killAtCommit, restartFromSnapshot, restartRedis,
} from '../../test/history-faults.ts';
import { openPassage, type Passage } from '../../test/history-passage.ts';
import { runSeed, seeded } from '../../test/history-random.ts';
import { openWorld, type Outcome, type World } from '../../test/history-world.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
/** Ten histories: 60,000 checked reads with every run, 1,300,000 in the long form. */
const LEAST_READS = DEEP ? 130_000 : 6000;
const LEAST_MS = DEEP ? 20_000 : 2500;
const seed = runSeed(process.env);

let redis: TestRedis;
let passage: Passage;
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  await passage?.close();
  await redis?.stop();
});

interface Variant {
  readonly fault?: Fault;
  readonly redisArgs?: readonly string[];
  readonly timeoutMs?: number;
  readonly leaseWaitMs?: number;
  readonly until?: (world: World) => boolean;
}

/** Three processes, one of them by a way of its own, under blows until enough was read. */
async function expectFresh(variant: Variant): Promise<Outcome> {
  const { fault, redisArgs = [], timeoutMs = 500, leaseWaitMs = 300, until = () => true } = variant;
  redis = await startRedis(redisArgs);
  const port = Number(new URL(redis.url).port);
  passage = await openPassage(port);
  const running = await openWorld({
    seed, timeoutMs, leaseWaitMs,
    nodes: [passage.port, port, port].map((where) => ({ kind: 'standalone', port: where })),
  });
  world = running;
  const random = seeded(seed);
  const endMs = performance.now() + LEAST_MS;
  while (performance.now() < endMs || running.readCount < LEAST_READS || !until(running)) {
    await (fault === undefined ? sleep(50) : fault({ world: running, redis, passage, random }));
  }
  const outcome = await running.finish();
  const { found, ...figures } = outcome;
  process.stdout.write(`HISTORY_SEED=${seed}: ${JSON.stringify(figures)}\n`);
  expect(found.length, `HISTORY_SEED=${seed}\n${describeViolations(found)}`).toBe(0);
  expect(outcome.hits).toBeGreaterThan(outcome.reads / 10);
  return outcome;
}

describe('No read that began after an answered write shows less', { timeout: DEEP ? 900_000 : 60_000 }, () => {
  beforeEach(() => {
    world = undefined;
  });

  test('[CA2] while processes read and write as they please', async () => {
    expect(await expectFresh({})).toMatchObject({ unanswered: 0 });
  });

  test('[CA3] while keys are evicted, tags above all', async () => {
    await expectFresh({ fault: evict });
  });

  test('[CA9] when Redis is killed and comes back without its data', async () => {
    await expectFresh({ fault: restartRedis });
  });

  test('[CA9] when Redis is killed and comes back with all its data', async () => {
    await expectFresh({ fault: restartRedis, redisArgs: ['--appendonly', 'yes'] });
  });

  test('[CA9] when Redis is killed and comes back with older data', async () => {
    await expectFresh({ fault: restartFromSnapshot });
  });

  test('[CA11] when connections are dropped', async () => {
    await expectFresh({ fault: dropConnections });
  });

  test('[CA10] when Redis freezes, and nobody waits for it longer than the time limit', async () => {
    // Without leases, so that a read waits for nothing but its own load and the store.
    const { longestWaitMs } = await expectFresh({ fault: freezeRedis, timeoutMs: 50, leaseWaitMs: 0 });
    expect(longestWaitMs).toBeLessThan(200);
  });

  test('[CA12] when one node is cut off from Redis: another one invalidates for it', async () => {
    await expectFresh({ fault: cutOff, timeoutMs: 50, until: ({ byOthers }) => byOthers >= 10 });
  });

  test('[CA11] when processes are killed between commit and invalidation: shown within two seconds', async () => {
    const { unanswered, longestOwedMs } = await expectFresh({ fault: killAtCommit });
    expect(unanswered).toBeGreaterThanOrEqual(1);
    expect(longestOwedMs).toBeLessThan(2000);
  });

  test('when all of this happens', async () => {
    await expectFresh({ fault: anything, timeoutMs: 50 });
  });
});
