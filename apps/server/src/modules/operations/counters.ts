import type { Route } from '../../kernel/route.ts';
import type { Telemetry } from '../../kernel/telemetry.ts';

/** Upper bounds in ms: from a hit of the cache to an upload. */
export const DURATION_BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** How often each duration was seen, the last one past all bounds, and the sum of all. */
export interface Durations {
  readonly counts: Float64Array;
  sumMs: number;
}

export interface AnswersOfRoute {
  readonly method: string;
  /** `/api/rooms/:id`; `none` for addresses and methods that are none of ours. */
  readonly route: string;
  /** By the first digit of the status. */
  readonly byClass: Durations[];
}

export interface DecisionCount {
  readonly policy: string;
  readonly outcome: string;
  readonly source: string;
  count: number;
}

export interface RunsOfJob {
  readonly job: string;
  readonly outcome: string;
  readonly durations: Durations;
}

/** What has been told since the start of this process. */
export interface Counters {
  readonly telemetry: Telemetry;
  answers(): Iterable<AnswersOfRoute>;
  decisions(): Iterable<DecisionCount>;
  unfencedWrites(): number;
  jobRuns(): Iterable<RunsOfJob>;
}

export function createCounters(): Counters {
  const answers = new Map<Pick<Route, 'method' | 'path'> | undefined, AnswersOfRoute>();
  const decisions = new Map<string, DecisionCount[]>();
  const jobRuns = new Map<string, RunsOfJob[]>();
  let unfencedWrites = 0;

  return {
    telemetry: {
      answered(route, status, ms) {
        let ofRoute = answers.get(route);
        if (ofRoute === undefined) {
          ofRoute = { method: route?.method ?? 'none', route: route?.path ?? 'none', byClass: [] };
          answers.set(route, ofRoute);
        }
        observe((ofRoute.byClass[Math.trunc(status / 100)] ??= noDurations()), ms);
      },
      limiterDecision(policy, outcome, source) {
        const ofPolicy = decisions.get(policy) ?? [];
        if (ofPolicy.length === 0) decisions.set(policy, ofPolicy);
        const known = ofPolicy.find((counted) => counted.outcome === outcome && counted.source === source);
        if (known === undefined) ofPolicy.push({ policy, outcome, source, count: 1 });
        else known.count += 1;
      },
      unfencedWrite() {
        unfencedWrites += 1;
      },
      jobRan(job, outcome, ms) {
        const ofJob = jobRuns.get(job) ?? [];
        if (ofJob.length === 0) jobRuns.set(job, ofJob);
        let runs = ofJob.find((counted) => counted.outcome === outcome);
        if (runs === undefined) {
          runs = { job, outcome, durations: noDurations() };
          ofJob.push(runs);
        }
        observe(runs.durations, ms);
      },
    },
    answers: () => answers.values(),
    decisions: () => [...decisions.values()].flat(),
    unfencedWrites: () => unfencedWrites,
    jobRuns: () => [...jobRuns.values()].flat(),
  };
}

const noDurations = (): Durations => ({ counts: new Float64Array(DURATION_BOUNDS_MS.length + 1), sumMs: 0 });

function observe(durations: Durations, ms: number): void {
  let bucket = 0;
  while (bucket < DURATION_BOUNDS_MS.length && ms > DURATION_BOUNDS_MS[bucket]!) bucket += 1;
  durations.counts[bucket]! += 1;
  durations.sumMs += ms;
}
