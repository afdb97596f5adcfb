import type { Route } from './route.ts';

/** What the server's parts tell whoever counts. Called on hot paths: each call costs about an addition, and never throws. */
export interface Telemetry {
  /** An answer was sent, `ms` after its request began. `route` undefined: the address or the method is none of ours. */
  answered(route: Pick<Route, 'method' | 'path'> | undefined, status: number, ms: number): void;
  /** `policy`: the limiter's prefix. */
  limiterDecision(policy: string, outcome: 'allowed' | 'refused', source: 'redis' | 'local' | 'off'): void;
  /** A write was answered although not all of its invalidations are applied, and another node may still show what was. */
  unfencedWrite(): void;
  /** A try of a job ended `ms` after it was taken up. */
  jobRan(name: string, outcome: string, ms: number): void;
}

export const noTelemetry: Telemetry = { answered: () => {}, limiterDecision: () => {}, unfencedWrite: () => {}, jobRan: () => {} };
