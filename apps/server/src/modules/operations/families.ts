import type { Cache } from '@watchparty/redis-kit/cache';
import type { QueueStats } from '../../kernel/queues.ts';
import type { Counters } from './counters.ts';
import { DURATION_BOUNDS_MS, type Durations } from './durations.ts';

/** What one scrape has found; undefined: could not be found out. */
export interface Facts {
  readonly counters: Counters;
  readonly cache: Pick<Cache, 'stats' | 'state' | 'own'>;
  /** Policies that are shown as zero until they are used. */
  readonly policies: readonly string[];
  /** By what the connection is for; empty where there is no Redis. */
  readonly redis: readonly { readonly connection: string; readonly latencyMs: number | undefined }[];
  readonly databaseLatencyMs: number | undefined;
  /** One of each queue. */
  readonly queues: readonly (QueueStats & { readonly oldestSeconds: number })[];
  readonly outbox: { readonly pending: number; readonly oldestSeconds: number; readonly failed: number } | undefined;
}

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
  /** A histogram's part. */
  readonly part?: '_bucket' | '_sum' | '_count';
}

/** One metric, as docs/METRICS.md describes it. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  samples(facts: Facts): Sample[];
}

type Counts = ReturnType<Cache['stats']['of']>;

const counter = (name: string, help: string, samples: Family['samples']): Family => ({ name, type: 'counter', help, samples });
const gauge = (name: string, help: string, samples: Family['samples']): Family => ({ name, type: 'gauge', help, samples });

/** One sample per policy of the cache. */
const ofPolicies = (read: (counts: Counts | undefined, policy: string) => Sample[]) => ({ cache, policies }: Facts): Sample[] => {
  const all = cache.stats.all();
  const names = new Set([...policies, ...all.keys()]);
  return [...names].flatMap((policy) => read(all.get(policy), policy));
};
const countOf = (field: keyof Counts) =>
  ofPolicies((counts, policy) => [{ labels: { policy }, value: counts?.[field] ?? 0 }]);

/** One sample per queue. */
const ofQueues = (field: 'waiting' | 'active' | 'delayed' | 'completed' | 'failed' | 'oldestSeconds') => ({ queues }: Facts): Sample[] =>
  queues.map((queue) => ({ labels: { queue: queue.queueName }, value: queue[field] }));

const known = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ value }]);

export const FAMILIES: readonly Family[] = [
  counter('cache_hits_total', 'Requests served from a stored entry, of this process (l1) or of Redis (l2)',
    ofPolicies((counts, policy) => [
      { labels: { policy, source: 'l1' }, value: counts?.l1Hits ?? 0 },
      { labels: { policy, source: 'l2' }, value: counts?.l2Hits ?? 0 },
    ])),
  counter('cache_misses_total', 'Requests that found no entry they could be served', countOf('misses')),
  counter('cache_loads_total', 'Loads for misses; fewer than misses where requests shared one', countOf('loads')),
  counter('cache_load_failures_total', 'Requests whose load failed', countOf('loadFailures')),
  counter('cache_bypasses_total', 'Requests loaded past the cache because its Redis was away', countOf('bypasses')),
  counter('cache_graces_total', 'Requests served an entry past its end because the load failed', countOf('graces')),
  counter('cache_stale_hits_total', 'Hits that the inspector, which loads some again, found to be out of date', countOf('staleHits')),
  counter('cache_validation_batches_total', 'Reads of tag versions sent to the store', ({ cache }) => [{ value: cache.stats.batches }]),
  counter('cache_validation_batch_requests_total', 'Requests that shared those reads',
    ({ cache }) => [{ value: cache.stats.batchedRequests }]),
  gauge('cache_validation_batch_largest', 'Most requests that shared one read', ({ cache }) => [{ value: cache.stats.largestBatch }]),
  counter('cache_invalidations_total', 'Tags that this node gave a new version', ({ cache }) => [{ value: cache.stats.invalidations }]),
  gauge('cache_breaker_state', '1 for the state in force: closed (in use), open (Redis is away), half-open (being tried)',
    ({ cache }) => ['closed', 'half-open', 'open'].map((state) => ({ labels: { state }, value: Number(cache.state === state) }))),
  gauge('cache_l1_keys', 'Entries kept in this process', ({ cache }) => [{ value: cache.own().keys }]),
  gauge('cache_l1_bytes', 'What they take, about', ({ cache }) => [{ value: cache.own().bytes }]),
  counter('messages_hot_checked_total', 'Direct messages of the hot cache looked for in the database',
    ({ counters }) => [{ value: counters.hotMessages().checked }]),
  counter('messages_hot_missing_total', 'Of these, those that were not there',
    ({ counters }) => [{ value: counters.hotMessages().missing }]),
  counter('cache_unfenced_writes_total', 'Writes answered although another node might still show what was before',
    ({ counters }) => [{ value: counters.unfencedWrites() }]),
  gauge('redis_up', 'Whether Redis answers, by what the connection is for',
    ({ redis }) => redis.map(({ connection, latencyMs }) => ({ labels: { connection }, value: Number(latencyMs !== undefined) }))),
  gauge('redis_latency_seconds', 'One round trip to Redis',
    ({ redis }) => redis.flatMap(({ connection, latencyMs }) =>
      latencyMs === undefined ? [] : [{ labels: { connection }, value: latencyMs / 1000 }])),
  gauge('database_up', 'Whether PostgreSQL answers', ({ databaseLatencyMs }) => [{ value: Number(databaseLatencyMs !== undefined) }]),
  gauge('database_latency_seconds', 'One round trip to PostgreSQL, with the wait for a connection',
    ({ databaseLatencyMs: ms }) => known(ms === undefined ? undefined : ms / 1000)),
  gauge('outbox_pending', 'Effects of writes that are not yet applied, of all nodes', ({ outbox }) => known(outbox?.pending)),
  gauge('outbox_oldest_seconds', 'Age of the oldest of them', ({ outbox }) => known(outbox?.oldestSeconds)),
  gauge('outbox_failed', 'Effects that were given up and set aside', ({ outbox }) => known(outbox?.failed)),
  gauge('jobs_waiting', 'Jobs that could run now and do not yet', ofQueues('waiting')),
  gauge('jobs_active', 'Jobs that run, on all nodes', ofQueues('active')),
  gauge('jobs_delayed', 'Jobs meant for later, or waiting for their next try', ofQueues('delayed')),
  gauge('jobs_oldest_waiting_seconds', 'Age of the oldest job that is due and not done', ofQueues('oldestSeconds')),
  counter('jobs_completed_total', 'Jobs done since the installation', ofQueues('completed')),
  counter('jobs_failed_total', 'Jobs that failed for good since the installation', ofQueues('failed')),
  counter('rate_limit_decisions_total', 'Decisions of the rate limits, and who counted: Redis or this process',
    ({ counters }) => [...counters.decisions()].map(({ policy, outcome, source, count }) => ({ labels: { policy, outcome, source }, value: count }))),
  {
    name: 'http_request_duration_seconds', type: 'histogram', help: 'From a request’s first byte to the end of its answer',
    samples: ({ counters }) =>
      [...counters.answers()].flatMap(({ method, route, byClass }) =>
        byClass.flatMap((durations, digit) => histogram({ method, route, status: `${digit}xx` }, durations))),
  },
  gauge('live_connections', 'Live connections that are open on this node', ({ counters }) => [{ value: counters.live.open() }]),
  counter('live_connections_closed_total', 'Live connections that have ended, by who ended them and why',
    ({ counters }) => byReason(counters.live.closed())),
  counter('live_handshakes_refused_total', 'Live connections that were not accepted', ({ counters }) => byReason(counters.live.refused())),
  counter('live_broadcasts_total', 'Events that went out to a channel’s connections on this node',
    ({ counters }) => [...counters.live.broadcasts()].map(({ event, broadcasts }) => ({ labels: { event }, value: broadcasts }))),
  counter('live_broadcasts_gathered_total', 'What they were made of; more than them where one turn brought several',
    ({ counters }) => [...counters.live.broadcasts()].map(({ event, told }) => ({ labels: { event }, value: told }))),
  counter('live_unsaid_total', 'Times that the other nodes may not have been told of something', ({ counters }) => [{ value: counters.live.unsaid() }]),
  {
    name: 'live_event_duration_seconds', type: 'histogram', help: 'From a client’s event to its acknowledgement, by what became of it',
    samples: ({ counters }) => [...counters.live.events()].flatMap(({ event, outcome, durations }) => histogram({ event, outcome }, durations)),
  },
  {
    name: 'playback_drift_seconds', type: 'histogram', help: 'How far players are off their room’s timeline, in either direction, as they report',
    samples: ({ counters }) => histogram({}, counters.live.drift),
  },
  {
    name: 'playback_round_trip_seconds', type: 'histogram', help: 'Round trips between players and this server, as they report',
    samples: ({ counters }) => histogram({}, counters.live.roundTrips),
  },
  {
    name: 'job_duration_seconds', type: 'histogram', help: 'One try of a job, by what became of it, in this process',
    samples: ({ counters }) =>
      [...counters.jobRuns()].flatMap(({ job, outcome, durations }) => histogram({ job, outcome }, durations)),
  },
];

const byReason = (counts: ReadonlyMap<string, number>): Sample[] => [...counts].map(([reason, value]) => ({ labels: { reason }, value }));

function histogram(labels: Readonly<Record<string, string>>, { counts, sumMs }: Durations): Sample[] {
  let total = 0;
  const buckets = [...counts].map((count, index): Sample => {
    total += count;
    const bound = DURATION_BOUNDS_MS[index];
    return { part: '_bucket', labels: { ...labels, le: bound === undefined ? '+Inf' : bound / 1000 }, value: total };
  });
  return [...buckets, { part: '_sum', labels, value: sumMs / 1000 }, { part: '_count', labels, value: total }];
}
