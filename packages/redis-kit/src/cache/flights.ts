import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from './entry.ts';
import type { CacheStore } from './store.ts';

interface Flight {
  readonly versions: readonly string[];
  readonly result: Promise<Entry>;
}

interface Work {
  /** An entry with these very versions that another process has stored meanwhile. */
  readonly found: () => Promise<Entry | undefined>;
  readonly load: () => Promise<Entry>;
  readonly store: (entry: Entry) => Promise<void>;
  /** The entry is in the store when it is answered. Otherwise the answer does not wait for that. */
  readonly waits?: boolean;
}

/** A process that dies while it loads keeps the others waiting no longer than this. */
const LEASE_MS = 5000;
const FIRST_LOOK_MS = 2;
const MAX_LOOK_MS = 50;

/** One load at a time per key and versions: in this process, and by a lease over all. CA6, CA14 */
export function createFlights({ store, leaseWaitMs }: { readonly store: CacheStore; readonly leaseWaitMs: number }) {
  const flights = new Map<string, Flight>();
  const storing = new Set<Promise<void>>();

  async function fly(key: string, versions: readonly string[], work: Work): Promise<Entry> {
    if (!store.shared) return work.load();
    // The versions are in the lease's name: whoever has newer ones must not wait for an older load.
    const lease = `${key}:${versions.join('.')}`;
    // Looked for behind the lease, in the same round trip: another's load may have ended since our miss was read.
    const [won, stored] = await Promise.all([store.lease(lease, LEASE_MS), work.found()]);
    if (stored !== undefined) {
      if (won) void store.release(lease).catch(() => {});
      return stored;
    }
    if (!won) {
      const other = await waitFor(lease, work.found);
      if (other !== undefined) return other;
    }
    let entry: Entry;
    try {
      entry = await work.load();
    } catch (error) {
      await store.release(lease).catch(() => {});
      throw error;
    }
    const storedAndReleased = work.store(entry).then(() => store.release(lease)).catch(() => {});
    storing.add(storedAndReleased);
    void storedAndReleased.then(() => storing.delete(storedAndReleased));
    if (work.waits === true) await storedAndReleased;
    return entry;
  }

  /** Until the entry is there, or nobody loads it any more: the load failed, or its entry gave way to a newer one. */
  async function waitFor(lease: string, found: Work['found']): Promise<Entry | undefined> {
    const until = performance.now() + leaseWaitMs;
    for (let pauseMs = FIRST_LOOK_MS; performance.now() < until; pauseMs = Math.min(MAX_LOOK_MS, pauseMs * 2)) {
      await sleep(pauseMs);
      const entry = await found();
      if (entry !== undefined) return entry;
      if (!(await store.lease(lease, LEASE_MS))) continue;
      // It may have been stored and released since the look before.
      const late = await found();
      if (late !== undefined) await store.release(lease);
      return late;
    }
    return undefined;
  }

  async function landed(key: string, flight: Flight): Promise<void> {
    // Whoever asked is told how it ended.
    await Promise.allSettled([flight.result]);
    if (flights.get(key) === flight) flights.delete(key);
  }

  return {
    /** Joins a load in flight that rests on the same versions, or starts one. */
    share(key: string, versions: readonly string[], work: Work): Promise<Entry> {
      const current = flights.get(key);
      if (current !== undefined && current.versions.every((version, index) => version === versions[index])) return current.result;
      const flight: Flight = { versions, result: fly(key, versions, work) };
      flights.set(key, flight);
      void landed(key, flight);
      return flight.result;
    },
    /** Settles when nothing is being stored any more. */
    async idle(): Promise<void> {
      await Promise.all(storing);
    },
  };
}
