import type { Route } from '../../kernel/route.ts';
import type { LiveTelemetry, MessageTelemetry, Telemetry } from '../../kernel/telemetry.ts';
import { type Durations, noDurations, observe } from './durations.ts';
import { createLiveCounters, type LiveCounters } from './live-counters.ts';

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
  readonly telemetry: Telemetry & LiveTelemetry & MessageTelemetry;
  readonly live: Omit<LiveCounters, 'telemetry'>;
  answers(): Iterable<AnswersOfRoute>;
  decisions(): Iterable<DecisionCount>;
  unfencedWrites(): number;
  hotMessages(): { readonly checked: number; readonly missing: number };
  jobRuns(): Iterable<RunsOfJob>;
}

export function createCounters(): Counters {
  const answers = new Map<Pick<Route, 'method' | 'path'> | undefined, AnswersOfRoute>();
  const decisions = new Map<string, DecisionCount[]>();
  const jobRuns = new Map<string, RunsOfJob[]>();
  let unfencedWrites = 0;
  const hotMessages = { checked: 0, missing: 0 };
  const live = createLiveCounters();

  return {
    live,
    telemetry: {
      ...live.telemetry,
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
      hotMessagesChecked(checked, missing) {
        hotMessages.checked += checked;
        hotMessages.missing += missing;
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
    hotMessages: () => hotMessages,
    jobRuns: () => [...jobRuns.values()].flat(),
  };
}
