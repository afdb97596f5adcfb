import type { RedisConnection } from '@watchparty/redis-kit/redis';
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Database } from '../../db/index.ts';
import type { Queues } from '../../kernel/queues.ts';
import type { Outbox } from '../../outbox/index.ts';
import { FAMILIES, type Facts, type Family } from './families.ts';

export interface MetricsDeps extends Pick<Facts, 'counters' | 'cache' | 'policies'> {
  readonly database: Pick<Database, 'health'>;
  readonly outbox: Pick<Outbox, 'figures'>;
  readonly queues: Pick<Queues, 'stats' | 'oldestWaitingSeconds'>;
  /** By what they are for. */
  readonly connections: Readonly<Record<string, RedisConnection>>;
}

export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** Answers what Prometheus scrapes. Everything is found out when somebody asks; what is away is missing, never zero. */
export function createMetrics({ counters, cache, policies, database, outbox, queues, connections }: MetricsDeps): () => Promise<Scrape> {
  // Node's own metrics watch the event loop and the collector; until the first scrape nobody needs that.
  let defaults: Registry | undefined;

  async function facts(): Promise<Facts> {
    const there = Object.entries(connections).filter(([, { kind }]) => kind !== 'none');
    const [databaseLatencyMs, figures, ofQueues, redis] = await Promise.all([
      orUndefined(async () => (await database.health()).latencyMs),
      orUndefined(() => outbox.figures()),
      orUndefined(async () => {
        const [stats, oldest] = await Promise.all([queues.stats(), queues.oldestWaitingSeconds()]);
        return Object.values(stats).map((queue) => Object.assign({ oldestSeconds: oldest[queue.queueName] }, queue));
      }),
      Promise.all(there.map(async ([connection, to]) => ({ connection, latencyMs: await orUndefined(() => to.ping()) }))),
    ]);
    return { counters, cache, policies, redis, databaseLatencyMs, outbox: figures, queues: ofQueues ?? [] };
  }

  return async () => {
    if (defaults === undefined) {
      defaults = new Registry();
      collectDefaultMetrics({ register: defaults });
    }
    const found = await facts();
    const own = new Registry();
    for (const family of FAMILIES) own.registerMetric(metricOf(family, found));
    const text = `${await own.metrics()}\n${await defaults.metrics()}`;
    return { contentType: own.contentType, text };
  };
}

/** The library writes whatever can be asked for its values; ours are kept where they cost least. */
function metricOf({ name, type, help, samples }: Family, facts: Facts): Metric {
  const values = samples(facts).map(({ part, labels = {}, value }) => ({ labels, value, metricName: `${name}${part ?? ''}` }));
  return { name, get: async () => ({ name, help, type, values, aggregator: 'sum' }) } as unknown as Metric;
}

async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
