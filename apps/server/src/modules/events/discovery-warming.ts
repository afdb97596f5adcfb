import type { CacheParams, CachePolicyDeclaration, Reads } from '../../kernel/cache-policy.ts';
import type { Log } from '../../kernel/log.ts';

interface Deps {
  readonly reads: Pick<Reads, 'refresh' | 'usesOf' | 'available'>;
  readonly log: Log;
}

interface Known {
  readonly uses: () => number;
  readonly refresh: () => Promise<unknown>;
  isNew: boolean;
}

/** Of which it is known how to load them again: the last ones. */
const MOST_KNOWN = 2000;
/** A round of these at 10 ms each costs the database 3 % of one core. */
const MOST_WARMED = 32;
/** Who is asked for once in a while may wait for a load. */
const BUSY = 3;

/**
 * Keeps the lists that are asked for most from ever being old: each round loads them again before their age ends. What
 * is not asked for any more falls out by itself. ED13
 */
export function createWarming({ reads, log }: Deps) {
  const known = new Map<string, Known>();

  return {
    /** A list has been loaded for somebody; `load` does so again. */
    loaded<P extends CacheParams>(policy: CachePolicyDeclaration<P>, params: P, load: () => Promise<unknown>): void {
      const name = JSON.stringify([policy.name, params]);
      known.delete(name);
      known.set(name, { uses: () => reads.usesOf(policy, params), refresh: () => reads.refresh(policy, params, load), isNew: true });
      const [oldest] = known.keys();
      if (known.size > MOST_KNOWN) known.delete(oldest!);
    },

    /** One round; answers how many lists were loaded. */
    async warm(): Promise<number> {
      if (!reads.available) return 0;
      const asked: { readonly uses: number; readonly one: Known }[] = [];
      for (const [name, one] of known) {
        const uses = one.uses();
        if (uses === 0 && !one.isNew) known.delete(name);
        if (uses >= BUSY) asked.push({ uses, one });
        one.isNew = false;
      }
      let warmed = 0;
      for (const { one } of asked.toSorted((a, b) => b.uses - a.uses).slice(0, MOST_WARMED)) {
        try {
          await one.refresh();
          warmed += 1;
        } catch (err) {
          log.debug({ err }, 'A list could not be loaded ahead; whoever asks for it loads it');
        }
      }
      return warmed;
    },
  };
}
