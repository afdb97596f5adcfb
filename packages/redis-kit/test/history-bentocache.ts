import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { CacheOptions, HistoryCache } from './history-caches.ts';

/** As much of BentoCache as is used here. */
interface Bento {
  getOrSet(options: { key: string; ttl: number; factory: () => Promise<number[]> }): Promise<number[]>;
  deleteMany(options: { keys: string[] }): Promise<unknown>;
  disconnectAll(): Promise<unknown>;
}

const TTL_MS = 60_000;

/** Each of these shows a row. */
const keysOf = (row: number): string[] => {
  const list = `items:from:${row < 4 ? 0 : 4}`;
  return [`item:${row}`, list, `bounded:${list}`];
};

/** BentoCache with all it has: copies in the process, Redis beneath, a bus between. The bench brings it. */
export async function openBentoCache({ redis }: CacheOptions): Promise<HistoryCache> {
  if (redis.kind !== 'standalone') throw new TypeError('BentoCache is compared on one Redis');
  const { resolve } = createRequire(new URL('../../../bench/package.json', import.meta.url));
  const load = async (name: string) => import(pathToFileURL(resolve(name)).href);
  const { BentoCache, bentostore } = await load('bentocache');
  const { memoryDriver } = await load('bentocache/drivers/memory');
  const { redisBusDriver, redisDriver } = await load('bentocache/drivers/redis');
  const connection = { host: '127.0.0.1', port: redis.port };
  const store = bentostore()
    .useL1Layer(memoryDriver({ maxSize: '10mb' }))
    .useL2Layer(redisDriver({ connection }))
    .useBus(redisBusDriver({ connection }));
  const bento: Bento = new BentoCache({ default: 'main', prefix: 'bento', stores: { main: store } });
  const get: HistoryCache['get'] = async ({ key }, factory) => {
    const values = await bento.getOrSet({ key, ttl: TTL_MS, factory });
    return { values, source: 'cache' };
  };
  return {
    get,
    // It has no write-through that could be held against it.
    refresh: get,
    invalidate: async (row) => void (await bento.deleteMany({ keys: keysOf(row) })),
    ready: async () => {},
    close: async () => void (await bento.disconnectAll()),
  };
}
