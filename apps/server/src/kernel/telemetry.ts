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

/** What live connections tell. */
export interface LiveTelemetry extends Pick<Telemetry, 'limiterDecision'> {
  liveOpened(): void;
  /** `reason`: why it was ended by this server, or `left` where it was not. */
  liveClosed(reason: LiveEnd): void;
  /** A connection was not accepted. */
  liveRefused(reason: LiveRefusal): void;
  /** A client's event was answered `ms` after it came. `name` undefined: there is no such event. */
  liveEvent(name: string | undefined, outcome: 'done' | 'refused' | 'failed', ms: number): void;
  /** One event went out to a channel's connections here, made of so many. */
  liveBroadcast(name: string, gathered: number): void;
  /** The other nodes may not have been told of something. */
  liveUnsaid(): void;
  /** A player that follows a film said how far it is off the timeline, in either direction, and its round trip. */
  playerReported(driftMs: number, rttMs: number | null): void;
}

/** What direct messages tell. */
export interface MessageTelemetry {
  /** So many of the hot cache's messages were looked for in the database; so many were not there. */
  hotMessagesChecked(checked: number, missing: number): void;
}

export type LiveEnd = 'left' | 'revoked' | 'slow' | 'flood' | 'stopping';
export type LiveRefusal = 'origin' | 'token' | 'connections' | 'rate' | 'stopping' | 'protocol' | 'unavailable';

export const noTelemetry: Telemetry & LiveTelemetry = {
  answered: () => {}, limiterDecision: () => {}, unfencedWrite: () => {}, jobRan: () => {},
  liveOpened: () => {}, liveClosed: () => {}, liveRefused: () => {}, liveEvent: () => {}, liveBroadcast: () => {}, liveUnsaid: () => {}, playerReported: () => {},
};
