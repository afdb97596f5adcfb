import type { Figures } from '@watchparty/protocol';
import { describe, expect, test } from 'vitest';
import { lastAt, learn, since } from './history.ts';
import { addUp, perSecond, shares, spread, summary } from './series.ts';

const SECOND = 1000;

/** Figures of these seconds, in which the rooms were hit once each. */
function figuresAt(seconds: readonly number[], { node = 'a', namespace = 'rooms' } = {}): Figures {
  const ones = seconds.map(() => 1);
  const nulls = seconds.map(() => null);
  return {
    node, host: 'here', startedAt: new Date(0).toISOString(), intervalSeconds: 5, spanSeconds: 60,
    at: seconds.map((second) => second * SECOND),
    http: { requests: ones, failures: ones, p50Ms: nulls, p95Ms: nulls, p99Ms: nulls },
    cache: { memoryBytes: nulls, l1Bytes: ones, namespaces: [{ name: namespace, hits: ones, misses: ones, loads: ones, bypasses: ones, staleHits: ones }] },
    limits: [{ policy: 'user', allowed: ones, refused: ones, local: ones }],
    live: { connections: ones, rooms: ones, reports: ones, driftP50Ms: nulls, driftP95Ms: nulls, roundTripP50Ms: nulls, roundTripP95Ms: nulls },
    queues: [{ queueName: 'email', waiting: ones, active: ones, delayed: ones }],
    process: { residentBytes: ones, cpu: nulls },
  };
}

describe('learning of figures', () => {
  test('what is new comes behind what is known; what is said twice counts once', () => {
    const [known] = learn(learn([], figuresAt([5, 10])), figuresAt([10, 15, 20]));
    expect(known!.at).toEqual([5, 10, 15, 20].map((second) => second * SECOND));
    expect(known!.http.requests).toEqual([1, 1, 1, 1]);
    expect(known!.queues[0]!.waiting).toEqual([1, 1, 1, 1]);
  });

  test('a namespace that comes later, or is not told of again, has nothing in the other time', () => {
    const [known] = learn(learn([], figuresAt([5, 10])), figuresAt([15], { namespace: 'movies' }));
    expect(known!.cache.namespaces.map(({ name, hits }) => [name, hits])).toEqual([['rooms', [1, 1, 0]], ['movies', [0, 0, 1]]]);
  });

  test('nothing older than the time kept stays', () => {
    const [known] = learn(learn([], figuresAt([5, 10])), figuresAt([65, 70]));
    expect(known!.at.map((at) => at / SECOND)).toEqual([10, 65, 70]);
    expect(known!.limits[0]!.allowed).toHaveLength(3);
  });

  test('nodes are kept apart, in the order of their coming, until one is silent', () => {
    let nodes = learn(learn(learn([], figuresAt([5])), figuresAt([6], { node: 'b' })), figuresAt([10]));
    expect(nodes.map(({ node, at }) => [node, at.length])).toEqual([['a', 2], ['b', 1]]);
    nodes = learn(nodes, figuresAt([67], { node: 'b' }));
    expect(nodes.map(({ node }) => node)).toEqual(['a', 'b']);
    nodes = learn(nodes, figuresAt([71], { node: 'b' }));
    expect(nodes.map(({ node }) => node)).toEqual(['b']);
    expect(lastAt(figuresAt([]))).toBe(0);
  });

  test('a part of the time has all lists cut alike', () => {
    const part = since(figuresAt([5, 10, 15]), 10 * SECOND);
    expect([part.at.length, part.cache.namespaces[0]!.hits.length, part.queues[0]!.active.length, part.process.cpu.length]).toEqual([2, 2, 2, 2]);
    expect(since(part, 99 * SECOND).at).toEqual([]);
  });
});

describe('series', () => {
  test('counts become rates by the time that they took', () => {
    expect(perSecond({ at: [5000, 10_000, 20_000, 999_000], intervalSeconds: 5 }, [5, 10, 10, 10])).toEqual([1, 2, 1, 2]);
  });

  test('shares of nothing are nothing', () => {
    expect(shares([3, 0], [1, 0])).toEqual([75, null]);
  });

  test('the summary leaves out what was not measured', () => {
    expect(summary([null, 3, 1, 2])).toEqual({ now: 2, low: 1, high: 3 });
    expect(summary([1, null])).toEqual({ now: null, low: 1, high: 1 });
    expect(summary([null])).toBeUndefined();
  });

  test('lists are added up and thinned out', () => {
    expect(addUp([[1, null, 3], [1, 1, 1]], 3)).toEqual([2, 1, 4]);
    expect(spread(10, 3)).toEqual([1, 5, 9]);
    expect(spread(2, 30)).toEqual([0, 1]);
    expect(spread(0, 30)).toEqual([]);
  });
});
