import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { describeViolations } from '../../test/history-check.ts';
import { dropConnections, evict, restartFromSnapshot, restartRedis } from '../../test/history-faults.ts';
import { between, runSeed, seeded } from '../../test/history-random.ts';
import { openWorld, type Outcome, type World } from '../../test/history-world.ts';
import { startCluster, type TestCluster } from '../../test/redis-cluster.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
const LEAST_READS = DEEP ? 200_000 : 6000;
const LEAST_MS = DEEP ? 30_000 : 2500;
const seed = runSeed(process.env);

const timeout = DEEP ? 900_000 : 60_000;

describe('On a Redis Cluster of three nodes no read that began after an answered write shows less', { timeout }, () => {
  let cluster: TestCluster | undefined;
  let world: World | undefined;
  afterEach(async () => {
    await world?.close();
    await cluster?.stop();
    world = cluster = undefined;
  });

  async function expectFresh(strike: (cluster: TestCluster, world: World) => Promise<void>): Promise<Outcome> {
    const struck = await startCluster();
    cluster = struck;
    const { ports } = struck;
    const running = await openWorld({ seed, timeoutMs: 500, nodes: [1, 2, 3].map(() => ({ kind: 'cluster', ports })) });
    world = running;
    const endMs = performance.now() + LEAST_MS;
    while (performance.now() < endMs || running.readCount < LEAST_READS) await strike(struck, running);
    const outcome = await running.finish();
    const { found, ...figures } = outcome;
    process.stdout.write(`HISTORY_SEED=${seed}: ${JSON.stringify(figures)}\n`);
    expect(found.length, `HISTORY_SEED=${seed}\n${describeViolations(found)}`).toBe(0);
    return outcome;
  }

  test('[CA2] while processes read and write as they please', async () => {
    const { reads, hits } = await expectFresh(async () => sleep(50));
    expect(hits).toBeGreaterThan(reads / 10);
  });

  test('[CA9] [CA11] when its nodes are killed and come back with older data or none; drops, evictions', async () => {
    const random = seeded(seed);
    await expectFresh(async (struck, running) => {
      const redis = struck.servers[between(random, 0, 2)]!;
      const fault = [restartRedis, restartFromSnapshot, dropConnections, evict][between(random, 0, 3)]!;
      await fault({ redis, random, world: running, get passage(): never {
        throw new Error('There is no passage to a cluster');
      } });
      await struck.whole();
    });
  });
});
