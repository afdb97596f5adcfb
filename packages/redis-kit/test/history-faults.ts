import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Passage } from './history-passage.ts';
import { between, type Random } from './history-random.ts';
import type { World } from './history-world.ts';
import type { TestRedis } from './redis.ts';

export interface Scene {
  readonly world: Pick<World, 'killAtCommit'>;
  readonly redis: TestRedis;
  /** The way of node 0 to Redis. */
  readonly passage: Passage;
  readonly random: Random;
}

/** One blow and its repair; called again and again. */
export type Fault = (scene: Scene) => Promise<void>;

const pause = (random: Random, lowMs: number, highMs: number): Promise<void> => sleep(between(random, lowMs, highMs));

/** Commands to a Redis that may be away: then nothing happens. */
export async function administer(url: string, work: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, commandTimeout: 2000 });
  client.on('error', () => {});
  try {
    await work(client);
  } catch {
    // Whoever strikes does not mind missing.
  } finally {
    client.disconnect();
  }
}

/** Killed, and back after a while: with what it keeps on disk. */
export const restartRedis: Fault = async ({ redis, random }) => {
  await pause(random, 200, 700);
  await redis.kill();
  await pause(random, 0, 300);
  await redis.restart();
  await pause(random, 100, 400);
};

/** Killed, and back with what it held some writes ago. */
export const restartFromSnapshot: Fault = async (scene) => {
  await administer(scene.redis.url, (client) => client.save());
  await restartRedis(scene);
};

export const dropConnections: Fault = async ({ redis, random }) => {
  await pause(random, 20, 300);
  await administer(redis.url, (client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
};

/** Any of the cache's keys goes, as under memory pressure; tags more often than entries. */
export const evict: Fault = async ({ redis, random }) => {
  await administer(redis.url, async (client) => {
    for (let nth = 0; nth < 50; nth += 1) {
      const keys = await client.keys(random() < 0.7 ? 'cache-tag:*' : 'cache:*');
      const key = keys[Math.floor(random() * keys.length)];
      if (key !== undefined) await client.del(key);
      await pause(random, 0, 8);
    }
  });
};

export const freezeRedis: Fault = async ({ redis, random }) => {
  await pause(random, 200, 500);
  redis.freeze();
  await pause(random, 300, 1300);
  redis.thaw();
  await pause(random, 300, 800);
};

export const cutOff: Fault = async ({ passage, random }) => {
  await pause(random, 100, 300);
  if (random() < 0.5) passage.silence();
  else await passage.cut();
  await pause(random, 100, 800);
  await passage.mend();
  await pause(random, 100, 300);
};

export const killAtCommit: Fault = async ({ world, random }) => {
  await pause(random, 50, 300);
  await world.killAtCommit(between(random, 0, 2));
};

/**
 * What no cache may do: gives entries whose versions are current the first body that was seen under their key.
 * Whoever watches for stale answers must notice.
 */
export function poison(pattern: string): Fault {
  const firstBodies = new Map<string, string>();
  return ({ redis }) =>
    administer(redis.url, async (client) => {
      for (let nth = 0; nth < 50; nth += 1) {
        for (const key of await client.keys(pattern)) {
          const value = await client.get(key);
          const end = value?.indexOf('\n') ?? -1;
          if (value === null || end < 0) continue;
          const first = firstBodies.get(key) ?? value.slice(end);
          firstBodies.set(key, first);
          await client.set(key, value.slice(0, end) + first, 'KEEPTTL');
        }
        await sleep(1);
      }
    });
}

export const anything: Fault = async (scene) => {
  const faults = [restartRedis, restartFromSnapshot, dropConnections, evict, freezeRedis, cutOff, killAtCommit];
  await faults[Math.floor(scene.random() * faults.length)]!(scene);
};
