import type { Cache } from '@watchparty/redis-kit/cache';
import type { QueueStats } from '../../kernel/queues.ts';
import type { Counters } from './counters.ts';
import { addedUp, countsSince, quantile } from './quantile.ts';

interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly loads: number;
  readonly bypasses: number;
  readonly staleHits: number;
}

interface Decisions {
  readonly allowed: number;
  readonly refused: number;
  readonly local: number;
}

/** What was found out elsewhere than in this process; undefined: could not be. */
export interface Outside {
  readonly queues: readonly QueueStats[] | undefined;
  readonly cacheMemoryBytes: number | undefined;
}

/** How things were at one moment, and what happened since the one before. Of namespaces and policies only those with something to tell. */
export interface Point extends Outside {
  readonly atMs: number;
  readonly requests: number;
  readonly failures: number;
  readonly answerMs: Quantiles;
  readonly cache: ReadonlyMap<string, CacheCounts>;
  readonly l1Bytes: number;
  readonly limits: ReadonlyMap<string, Decisions>;
  readonly connections: number;
  readonly rooms: number;
  readonly reports: number;
  readonly driftMs: Quantiles;
  readonly roundTripMs: Quantiles;
  readonly residentBytes: number;
  readonly cpu: number | null;
}

export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface PointDeps {
  readonly counters: Pick<Counters, 'answers' | 'decisions' | 'live'>;
  readonly cache: Pick<Cache, 'stats' | 'own'>;
  readonly liveRooms: () => number;
  /** Of this process. */
  readonly usage: () => { readonly residentBytes: number; readonly cpuMs: number };
}

const CACHE_FIELDS = ['hits', 'misses', 'loads', 'bypasses', 'staleHits'] as const;
const DECISION_FIELDS = ['allowed', 'refused', 'local'] as const;

/** Answers what takes the next point: the same counts that `/metrics` tells, each time what was added to them. */
export function createPoints({ counters, cache, liveRooms, usage }: PointDeps, startedMs: number): (atMs: number, outside: Outside) => Point {
  const totals = () => {
    const answers = [...counters.answers()];
    const { live } = counters;
    return {
      answered: addedUp(answers.flatMap(({ byClass }) => byClass.filter(Boolean))),
      failed: addedUp(answers.flatMap(({ byClass }) => byClass[5] ?? [])),
      drift: [...live.drift.counts],
      roundTrips: [...live.roundTrips.counts],
      cache: new Map([...cache.stats.all()].map(([name, counts]) => [name, { ...counts }])),
      limits: decisionsOf(counters.decisions()),
      cpuMs: usage().cpuMs,
    };
  };
  let before: ReturnType<typeof totals> | undefined;
  let beforeMs = startedMs;
  const firstCpuMs = usage().cpuMs;

  return (atMs, outside) => {
    const now = totals();
    const answered = countsSince(now.answered, before?.answered);
    const drift = countsSince(now.drift, before?.drift);
    const elapsedMs = atMs - beforeMs;
    const cpuMs = now.cpuMs - (before?.cpuMs ?? firstCpuMs);
    const point: Point = {
      ...outside, atMs,
      requests: sum(answered),
      failures: sum(countsSince(now.failed, before?.failed)),
      answerMs: quantiles(answered),
      cache: added(now.cache, before?.cache, CACHE_FIELDS),
      l1Bytes: cache.own().bytes,
      limits: added(now.limits, before?.limits, DECISION_FIELDS),
      connections: counters.live.open(),
      rooms: liveRooms(),
      reports: sum(drift),
      driftMs: quantiles(drift),
      roundTripMs: quantiles(countsSince(now.roundTrips, before?.roundTrips)),
      residentBytes: usage().residentBytes,
      cpu: elapsedMs > 0 ? Math.round((cpuMs / elapsedMs) * 1000) / 1000 : null,
    };
    before = now;
    beforeMs = atMs;
    return point;
  };
}

function decisionsOf(all: ReturnType<Counters['decisions']>): Map<string, Decisions> {
  const byPolicy = new Map<string, Decisions>();
  for (const { policy, outcome, source, count } of all) {
    const known = byPolicy.get(policy) ?? { allowed: 0, refused: 0, local: 0 };
    byPolicy.set(policy, {
      allowed: known.allowed + (outcome === 'allowed' ? count : 0),
      refused: known.refused + (outcome === 'refused' ? count : 0),
      local: known.local + (source === 'local' ? count : 0),
    });
  }
  return byPolicy;
}

function added<F extends string>(
  now: ReadonlyMap<string, Readonly<Record<F, number>>>, before: ReadonlyMap<string, Readonly<Record<F, number>>> | undefined, fields: readonly F[],
): Map<string, Record<F, number>> {
  const all = new Map<string, Record<F, number>>();
  for (const [name, counts] of now) {
    const known = before?.get(name);
    const change = Object.fromEntries(fields.map((field) => [field, counts[field] - (known?.[field] ?? 0)])) as Record<F, number>;
    if (fields.some((field) => change[field] !== 0)) all.set(name, change);
  }
  return all;
}

const quantiles = (counts: readonly number[]): Quantiles =>
  ({ p50: quantile(counts, 0.5), p95: quantile(counts, 0.95), p99: quantile(counts, 0.99) });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
