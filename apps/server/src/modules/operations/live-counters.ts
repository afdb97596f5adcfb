import type { LiveTelemetry } from '../../kernel/telemetry.ts';
import { type Durations, noDurations, observe } from './durations.ts';

export interface EventsOfName {
  /** `none` for names that are none of ours. */
  readonly event: string;
  readonly outcome: string;
  readonly durations: Durations;
}

export interface BroadcastsOfName {
  readonly event: string;
  broadcasts: number;
  /** What was told; more than broadcasts where a turn brought several. */
  told: number;
}

/** What live connections have told since the start of this process. */
export interface LiveCounters {
  readonly telemetry: Omit<LiveTelemetry, 'limiterDecision'>;
  /** Connections open now. */
  open(): number;
  closed(): ReadonlyMap<string, number>;
  refused(): ReadonlyMap<string, number>;
  events(): Iterable<EventsOfName>;
  broadcasts(): Iterable<BroadcastsOfName>;
  unsaid(): number;
  /** How far players are off their timelines. */
  readonly drift: Durations;
  readonly roundTrips: Durations;
}

export function createLiveCounters(): LiveCounters {
  let open = 0;
  let unsaid = 0;
  const drift = noDurations();
  const roundTrips = noDurations();
  const closed = new Map<string, number>();
  const refused = new Map<string, number>();
  const events = new Map<string, EventsOfName>();
  const broadcasts = new Map<string, BroadcastsOfName>();
  const add = (counts: Map<string, number>, reason: string): void => void counts.set(reason, (counts.get(reason) ?? 0) + 1);

  return {
    telemetry: {
      liveOpened() {
        open += 1;
      },
      liveClosed(reason) {
        open -= 1;
        add(closed, reason);
      },
      liveRefused: (reason) => add(refused, reason),
      liveEvent(name, outcome, ms) {
        const key = `${name} ${outcome}`;
        let ofName = events.get(key);
        if (ofName === undefined) {
          ofName = { event: name ?? 'none', outcome, durations: noDurations() };
          events.set(key, ofName);
        }
        observe(ofName.durations, ms);
      },
      liveBroadcast(event, gathered) {
        let ofName = broadcasts.get(event);
        if (ofName === undefined) {
          ofName = { event, broadcasts: 0, told: 0 };
          broadcasts.set(event, ofName);
        }
        ofName.broadcasts += 1;
        ofName.told += gathered;
      },
      liveUnsaid() {
        unsaid += 1;
      },
      playerReported(driftMs, rttMs) {
        observe(drift, driftMs);
        if (rttMs !== null) observe(roundTrips, rttMs);
      },
    },
    open: () => open,
    closed: () => closed,
    refused: () => refused,
    events: () => events.values(),
    broadcasts: () => broadcasts.values(),
    unsaid: () => unsaid,
    drift,
    roundTrips,
  };
}
