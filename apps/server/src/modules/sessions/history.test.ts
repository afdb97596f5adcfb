import { setTimeout as sleep } from 'node:timers/promises';
import {
  between, cutOff, describeViolations, dropConnections, evict, type Fault, freezeRedis, openPassage, restartFromSnapshot,
  restartRedis, runSeed, type Scene, seeded, type Violation, violations,
} from '@watchparty/redis-kit/test/history';
import { startRedis } from '@watchparty/redis-kit/test/redis';
import { afterEach, describe, expect, test } from 'vitest';
import { openLedger } from '../../../test/freshness/ledger.ts';
import { createTestDatabase } from '../../../test/postgres.ts';
import { type HistoryNodes, startHistoryNodes } from './test/history-nodes.ts';
import { createStory } from './test/history-story.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
/** Three histories: 9,000 steps with every run, 120,000 in the long form. */
const LEAST_STEPS = DEEP ? 40_000 : 3000;
const LEAST_MS = DEEP ? 30_000 : 3000;
const seed = runSeed(process.env);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
function closes<T>(it: T, close: (it: T) => unknown): T {
  closing.push(() => close(it));
  return it;
}

type Blow = (scene: Scene & { readonly nodes: HistoryNodes }) => Promise<void>;

interface Options {
  readonly redisTimeoutMs?: number;
  readonly silently?: boolean;
}

/** Three nodes on one database, one of them with a way of its own to Redis, under blows until enough has happened. */
async function tell(blow: Blow, { redisTimeoutMs = 200, silently = false }: Options = {}): Promise<{ found: Violation[]; wrong: readonly string[] }> {
  const redis = closes(await startRedis(), (it) => it.stop());
  const passage = closes(await openPassage(Number(new URL(redis.url).port)), (it) => it.close());
  const db = closes(await createTestDatabase({ poolSize: 8 }), (it) => it.drop());
  const ledger = closes(openLedger(db.database), (it) => it.close());
  const redisUrls = [`redis://127.0.0.1:${passage.port}`, redis.url, redis.url];
  const nodes = closes(await startHistoryNodes(db.connectionString, redisUrls, redisTimeoutMs), (it) => it.close());
  const queries = db.database.kysely;
  const people = ['ann', 'boris', 'eve', 'zoe', 'max', 'ida'].map((username) =>
    ({ email: `${username}@example.org`, username, display_name: username, password_hash: '' }));
  const userIds = (await queries.insertInto('users').values(people).returning('id').execute()).map(({ id }) => id);
  const random = seeded(seed);
  const story = createStory({ nodes, ledger, queries, userIds, random, silently });
  const telling = story.tell();
  const endMs = performance.now() + LEAST_MS;
  while (performance.now() < endMs || story.steps < LEAST_STEPS) {
    await blow({ redis, passage, random, nodes, world: { killAtCommit: nodes.kill } });
  }
  story.stop();
  await telling;
  await ledger.settled();
  const found = violations(ledger.writes, story.reads());
  process.stdout.write(`HISTORY_SEED=${seed}: ${JSON.stringify({ steps: story.steps, retired: story.retired, ...story.counts })}\n`);
  return { found, wrong: story.wrong };
}

async function expectRight(...told: Parameters<typeof tell>): Promise<void> {
  const { found, wrong } = await tell(...told);
  expect(wrong.slice(0, 5), `HISTORY_SEED=${seed}`).toEqual([]);
  expect(found.length, `HISTORY_SEED=${seed}\n${describeViolations(found)}`).toBe(0);
}

const killNode: Blow = async ({ nodes, redis, random }) => {
  const index = between(random, 0, nodes.count - 1);
  await sleep(between(random, 100, 500));
  // Half of the times while what is committed cannot be told to the cache.
  const isFrozen = random() < 0.5;
  if (isFrozen) {
    redis.freeze();
    await sleep(between(random, 150, 500));
  }
  await nodes.kill(index);
  if (isFrozen) redis.thaw();
  await nodes.replace(index);
};

const FAULTS: readonly Fault[] = [restartRedis, restartFromSnapshot, freezeRedis, dropConnections, evict, cutOff];

describe('[SE2] [SE9] [SE10] No order of refreshes, ends, expiry and fills of the cache brings a session back, or ends another', {
  timeout: DEEP ? 1_200_000 : 180_000,
}, () => {
  test('while people come and go', () => expectRight(() => sleep(50), { redisTimeoutMs: 1000 }));

  test('and what comes back is found: sessions ended behind the cache', async () => {
    const { found } = await tell(() => sleep(50), { redisTimeoutMs: 1000, silently: true });
    expect(found.filter(({ rule }) => rule === 'stale').length).toBeGreaterThan(0);
  });

  test('when Redis is killed, comes back empty or older, freezes; drops, evictions, a node cut off', () =>
    expectRight(async (scene) => FAULTS[between(scene.random, 0, FAULTS.length - 1)]!(scene)));

  test('when nodes are killed', () => expectRight(killNode));
});
