import { startRedis, type TestRedis } from '@watchparty/redis-kit/test/redis';
import { vi } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';
import type { RoomTimings } from '../src/modules/rooms/index.ts';
import { type Network, openNetwork } from './network.ts';

export interface TwoNodes {
  readonly a: TestApp;
  readonly b: TestApp;
  readonly redis: TestRedis;
  /** Between both nodes and PostgreSQL. */
  readonly network: Network;
  /** Settles when both nodes use Redis. */
  caching(): Promise<void>;
  close(): Promise<void>;
}

/** A third node needs it too. */
export const TWO_NODES_SECRET = 'one secret for both of the nodes, and long enough';

/** Two whole servers on one database and one Redis of their own, either of which can be taken away. */
export async function startTwoNodes({ roomTimings }: { readonly roomTimings?: Partial<RoomTimings> } = {}): Promise<TwoNodes> {
  const redis = await startRedis();
  const env = { REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '5000', JWT_SECRET: TWO_NODES_SECRET };
  const timings = roomTimings && { roomTimings };
  let network: Network | undefined;
  const a = await startTestApp(env, {
    ...timings,
    reach: async (connectionString) => (network = await openNetwork(connectionString)).connectionString,
  });
  const b = await startTestApp(env, { ...timings, reach: async () => network!.connectionString });
  const nodes: TwoNodes = {
    a, b, redis, network: network!,
    async caching() {
      for (const node of [a, b]) {
        await vi.waitUntil(async () => (await node.ask('GET', '/api/rooms')).headers.get('x-cache') === 'HIT', { timeout: 10_000 });
      }
    },
    async close() {
      for (const node of [b, a]) await node.close();
      await network!.close();
      await redis.stop();
    },
  };
  await nodes.caching();
  return nodes;
}
