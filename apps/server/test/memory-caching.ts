import { createMemoryStore } from '@watchparty/redis-kit/cache';
import { createTurn } from '@watchparty/redis-kit/redis';
import { pino } from 'pino';
import { type Caching, createCaching } from '../src/caching/index.ts';
import { loadConfig } from '../src/config/index.ts';
import type { Clock } from '../src/kernel/clock.ts';

/** The cache of one process, for a module's test that builds no whole server; its `handler` belongs to the outbox. */
export function createMemoryCaching(clock: Clock): Caching {
  const { cache } = loadConfig({ env: { NODE_ENV: 'test' }, cwd: '/nonexistent' });
  return createCaching({
    store: createMemoryStore(), turn: createTurn(), ttlSeconds: cache.ttlSeconds, clock, log: pino({ level: 'silent' }),
    pending: async () => [], takeUp: async () => {},
  });
}
