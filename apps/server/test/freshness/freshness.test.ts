import { afterEach, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import {
  between, cutOff, describeViolations, dropConnections, evict, freezeRedis, openPassage, type Passage,
  poison, restartFromSnapshot, restartRedis, runSeed, type Scene as FaultScene, seeded, type Violation, violations,
} from '@watchparty/redis-kit/test/history';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { type Nodes, createNodes } from './nodes.ts';
import { prepareStory } from './story.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
const LEAST_READS = DEEP ? 30_000 : 1500;
const LEAST_MS = DEEP ? 60_000 : 3500;
const seed = runSeed(process.env);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function closes<T>(it: T, close: (it: T) => unknown): T {
  closing.push(() => close(it));
  return it;
}

interface Scene extends Pick<FaultScene, 'redis' | 'passage' | 'random'> {
  readonly nodes: Nodes;
}

interface Outcome {
  readonly reads: number;
  readonly hits: number;
  readonly unanswered: number;
  readonly longestOwedMs: number;
  readonly found: readonly Violation[];
  /** Answers that were neither right nor a refusal that was due. */
  readonly wrong: readonly string[];
  /** What the servers said of errors. */
  readonly complaints: string;
}

const FEW_MS = 200;

/**
 * Kills a node whose writes are committed and wait for somebody to apply their invalidations. A write first asks the
 * cache whose session it is: with Redis frozen it goes on when `REDIS_TIMEOUT_MS` have passed.
 */
const killBetweenCommitAndInvalidation = async ({ redis, nodes, random }: Scene): Promise<void> => {
  await sleep(between(random, 200, 600));
  const index = between(random, 0, nodes.urls.length - 1);
  redis.freeze();
  await sleep(FEW_MS + between(random, 150, 400));
  await nodes.kill(index);
  redis.thaw();
  await nodes.replace(index);
};

/** Three servers on one database, one of them with a way of its own to Redis, under blows until enough was read. */
async function tell(fault: (scene: Scene) => Promise<void>, redisTimeoutMs = 1000): Promise<Outcome> {
  const redis: TestRedis = closes(await startRedis(), (it) => it.stop());
  const port = Number(new URL(redis.url).port);
  const passage: Passage = closes(await openPassage(port), (it) => it.close());
  const db: TestDatabase = closes(await createTestDatabase(), (it) => it.drop());
  const ledger: Ledger = closes(openLedger(db.database), (it) => it.close());
  const redisUrls = [`redis://127.0.0.1:${passage.port}`, redis.url, redis.url];
  const nodes: Nodes = closes(createNodes(db.connectionString, redisUrls, redisTimeoutMs), (it) => it.close());
  await nodes.start();
  const http: HttpClient = closes(createHttpClient(), (it) => it.close());
  const random = seeded(seed);
  const story = await prepareStory({ nodes, http, ledger, database: db.database, random });
  const telling = story.tell();
  const endMs = performance.now() + LEAST_MS;
  while (performance.now() < endMs || ledger.reads.length < LEAST_READS) {
    await fault({ redis, passage, random, nodes });
  }
  story.stop();
  await telling;
  await ledger.settled();
  const found = violations(ledger.writes, ledger.reads);
  const unanswered = ledger.writes.filter((it) => it.answeredAtUs === undefined && it.appliedAtUs !== undefined);
  const outcome = {
    reads: ledger.reads.length,
    hits: story.hits,
    bypasses: story.bypasses,
    writes: ledger.writes.length,
    unfenced: ledger.writes.filter(({ fenced }) => fenced === false).length,
    unanswered: unanswered.length,
    longestOwedMs: ledger.longestOwedMs,
  };
  process.stdout.write(`HISTORY_SEED=${seed}: ${JSON.stringify(outcome)}\n`);
  return { ...outcome, found, wrong: story.wrong, complaints: nodes.complaints().slice(0, 5).join('\n') };
}

async function expectFresh(...told: Parameters<typeof tell>): Promise<Outcome> {
  const outcome = await tell(...told);
  const { found, wrong, complaints } = outcome;
  expect(found.length, `HISTORY_SEED=${seed}\n${describeViolations(found)}\n${complaints}`).toBe(0);
  expect(wrong, complaints).toEqual([]);
  return outcome;
}

const timeout = DEEP ? 900_000 : 180_000;

describe('No answer shows less than an answered write before it, whichever node is asked', { timeout }, () => {
  test('while people write and read', async () => {
    const { reads, hits } = await expectFresh(async () => sleep(50));
    expect(hits).toBeGreaterThan(reads / 10);
  });

  test('and what is stale is found: old bodies put under current versions by hand', async () => {
    const gremlin = poison('cache:room*');
    const { found } = await tell((scene) => gremlin({ ...scene, world: { killAtCommit: scene.nodes.kill } }));
    expect(found.filter(({ rule }) => rule === 'stale').length).toBeGreaterThan(0);
  });

  test('when nodes are killed: what they committed shows within two seconds', async () => {
    const { unanswered, longestOwedMs } = await expectFresh(killBetweenCommitAndInvalidation, FEW_MS);
    expect(unanswered).toBeGreaterThan(0);
    expect(longestOwedMs).toBeLessThan(2000);
  });

  test('when Redis is killed, comes back empty or older, freezes; drops, evictions, a node cut off', async () => {
    const random = seeded(seed);
    const faults = [restartRedis, restartFromSnapshot, freezeRedis, dropConnections, evict, cutOff];
    await expectFresh(async (scene) => {
      const fault = faults[between(random, 0, faults.length - 1)]!;
      await fault({ ...scene, world: { killAtCommit: scene.nodes.kill } });
    }, FEW_MS);
  });
});
