import type { Availability } from './availability.ts';
import type { CacheLog } from './log.ts';
import { StoreUnavailable } from './policy.ts';
import type { Stats } from './stats.ts';
import { type CacheStore, ROOT_TAG } from './store.ts';

interface Deps {
  readonly store: CacheStore;
  readonly availability: Pick<Availability, 'state' | 'lost'>;
  readonly now: () => number;
  readonly stats: Stats;
  readonly log: CacheLog;
  readonly publish: ((tags: readonly string[]) => void) | undefined;
}

/** Replication is asynchronous: a promoted replica may lack what was written in its last moments. */
const REPEATED_FOR_MS = 60_000;

export function createInvalidation({ store, availability, now, stats, log, publish }: Deps) {
  /** When each tag was last invalidated by this node, oldest first. */
  const recent = new Map<string, number>();
  /** When an invalidation of each tag was last heard of or made here; for bounded policies. */
  const heardAt = new Map<string, number>();
  let distrustedAtMs = 0;

  function remember(tags: readonly string[]): void {
    const at = now();
    for (const tag of tags) {
      recent.delete(tag);
      recent.set(tag, at);
    }
    for (const [tag, when] of recent) {
      if (when > at - REPEATED_FOR_MS) break;
      recent.delete(tag);
    }
  }

  function heard(tags: readonly string[]): void {
    const at = now();
    for (const tag of tags) {
      heardAt.delete(tag);
      heardAt.set(tag, at);
    }
    // Bounded: what falls out is treated as heard just now.
    while (heardAt.size > MAX_HEARD) {
      const [oldest] = heardAt.keys();
      heardAt.delete(oldest!);
      distrustedAtMs = at;
    }
  }

  async function bump(tags: readonly string[]): Promise<void> {
    try {
      await store.bump(tags);
    } catch (error) {
      if (error instanceof StoreUnavailable) availability.lost(error);
      throw error;
    }
  }

  return {
    /** CA4, CA12 */
    async invalidate(tags: readonly string[]): Promise<void> {
      if (tags.length === 0) return;
      remember(tags);
      heard(tags);
      // While it is being restored an invalidation may go ahead: those that are owed do, through here.
      if (availability.state === 'open') throw new StoreUnavailable('The store is away');
      await bump(tags);
      stats.invalidations += tags.length;
      for (const tag of tags) log.debug(`Invalidated: ${tag}`);
      publish?.(tags);
    },

    /** CA11 */
    async repeatRecent(): Promise<void> {
      const since = now() - REPEATED_FOR_MS;
      const tags = [...recent].filter(([, at]) => at > since).map(([tag]) => tag);
      if (tags.length > 0) await store.bump(tags);
    },

    heard,
    distrust(): void {
      distrustedAtMs = now();
    },
    heardSince(tags: readonly string[], sinceMs: number): boolean {
      if (distrustedAtMs >= sinceMs) return true;
      return tags.some((tag) => (heardAt.get(tag) ?? 0) >= sinceMs) || (heardAt.get(ROOT_TAG) ?? 0) >= sinceMs;
    },
  };
}

const MAX_HEARD = 100_000;
