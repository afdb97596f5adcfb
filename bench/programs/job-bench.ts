import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/** Where a Redis is, as both sides take it. */
export function standalone(redisUrl: string): { host: string; port: number } {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}

/** A queue as BullMQ's documentation opens one, in a Redis that holds nothing else. */
export async function openEmptyQueue(redisUrl: string): Promise<Queue> {
  const redis = new Redis(redisUrl);
  await redis.flushall();
  await redis.quit();
  const queue = new Queue('bench', { connection: standalone(redisUrl) });
  await queue.waitUntilReady();
  return queue;
}
