export interface Counts {
  hits: number;
  l1Hits: number;
  l2Hits: number;
  misses: number;
  loads: number;
  loadFailures: number;
  bypasses: number;
  graces: number;
  staleHits: number;
}

const none = (): Counts => ({
  hits: 0, l1Hits: 0, l2Hits: 0, misses: 0, loads: 0, loadFailures: 0, bypasses: 0, graces: 0, staleHits: 0,
});

/** Counted since the start of this process, by policy. */
export interface Stats {
  of(policy: string): Counts;
  all(): ReadonlyMap<string, Readonly<Counts>>;
  batches: number;
  batchedRequests: number;
  largestBatch: number;
  invalidations: number;
}

export function createStats(): Stats {
  const byPolicy = new Map<string, Counts>();
  return {
    of(policy) {
      let counts = byPolicy.get(policy);
      if (counts === undefined) byPolicy.set(policy, (counts = none()));
      return counts;
    },
    all: () => byPolicy,
    batches: 0,
    batchedRequests: 0,
    largestBatch: 0,
    invalidations: 0,
  };
}
