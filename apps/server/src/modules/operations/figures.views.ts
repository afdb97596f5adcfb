import type { Figures } from '@watchparty/protocol';
import type { Point } from './figure-points.ts';

/** Points by column, which says each name once. */
export function figureColumns(points: readonly Point[]): Pick<Figures, 'at' | 'http' | 'cache' | 'limits' | 'live' | 'queues' | 'process'> {
  const column = <T>(read: (point: Point) => T): T[] => points.map(read);
  const named = (read: (point: Point) => Iterable<string>): string[] => [...new Set(points.flatMap((point) => [...read(point)]))].toSorted();
  const queueNames = [...new Set(points.flatMap(({ queues }) => queues?.map(({ queueName }) => queueName) ?? []))];
  const ofQueue = (name: string, field: 'waiting' | 'active' | 'delayed') =>
    column(({ queues }) => queues?.find(({ queueName }) => queueName === name)?.[field] ?? null);

  return {
    at: column(({ atMs }) => atMs),
    http: {
      requests: column(({ requests }) => requests),
      failures: column(({ failures }) => failures),
      p50Ms: column(({ answerMs }) => answerMs.p50),
      p95Ms: column(({ answerMs }) => answerMs.p95),
      p99Ms: column(({ answerMs }) => answerMs.p99),
    },
    cache: {
      memoryBytes: column(({ cacheMemoryBytes }) => cacheMemoryBytes ?? null),
      l1Bytes: column(({ l1Bytes }) => l1Bytes),
      namespaces: named(({ cache }) => cache.keys()).map((name) => {
        const of = (field: 'hits' | 'misses' | 'loads' | 'bypasses' | 'staleHits') => column(({ cache }) => cache.get(name)?.[field] ?? 0);
        return { name, hits: of('hits'), misses: of('misses'), loads: of('loads'), bypasses: of('bypasses'), staleHits: of('staleHits') };
      }),
    },
    limits: named(({ limits }) => limits.keys()).map((policy) => {
      const of = (field: 'allowed' | 'refused' | 'local') => column(({ limits }) => limits.get(policy)?.[field] ?? 0);
      return { policy, allowed: of('allowed'), refused: of('refused'), local: of('local') };
    }),
    live: {
      connections: column(({ connections }) => connections),
      rooms: column(({ rooms }) => rooms),
      reports: column(({ reports }) => reports),
      driftP50Ms: column(({ driftMs }) => driftMs.p50),
      driftP95Ms: column(({ driftMs }) => driftMs.p95),
      roundTripP50Ms: column(({ roundTripMs }) => roundTripMs.p50),
      roundTripP95Ms: column(({ roundTripMs }) => roundTripMs.p95),
    },
    queues: queueNames.map((queueName) => ({
      queueName, waiting: ofQueue(queueName, 'waiting'), active: ofQueue(queueName, 'active'), delayed: ofQueue(queueName, 'delayed'),
    })),
    process: { residentBytes: column(({ residentBytes }) => residentBytes), cpu: column(({ cpu }) => cpu) },
  };
}
