export interface KeyCount {
  readonly keys: number;
  /** By policy; those that no policy claims under `other`. */
  readonly byPolicy: ReadonlyMap<string, number>;
  /** True: the database is larger than what is looked at; the counts are what its sample makes likely. */
  readonly estimated: boolean;
}

interface Deps {
  /** The keys of the whole database, by iteration. */
  readonly find: () => AsyncIterable<string>;
  /** How many keys the database has, of whatever kind. */
  readonly total: () => Promise<number>;
  /** Which policy a key is of; undefined: it is no entry of the cache. */
  readonly policyOf: (key: string) => string | undefined;
  readonly now: () => number;
}

interface Settings {
  /** Keys looked at, at most: some tenths of a second of a Redis that goes on answering. */
  readonly sampleKeys: number;
  /** A count this old is made anew when somebody asks; one that took long is kept longer, see `SHARE`. */
  readonly freshForMs: number;
  /** Whoever asks waits no longer for a count; they get the one before, if there is one. */
  readonly waitMs: number;
}

const defaults: Settings = { sampleKeys: 200_000, freshForMs: 250, waitMs: 250 };
/** Counting takes at most one part in so many of the time, however often somebody asks. */
const SHARE = 20;

/**
 * Counts the entries of the cache among all that lies in Redis (sessions, limits, queues, tag versions). There is no
 * command for that, so the keys are iterated over, once at a time and only when somebody asks.
 */
export function createKeyCount({ find, total, policyOf, now }: Deps, settings: Settings = defaults): () => Promise<KeyCount> {
  let last: KeyCount | undefined;
  let freshUntilMs = -Infinity;
  let counting: Promise<KeyCount> | undefined;

  async function count(): Promise<KeyCount> {
    const byPolicy = new Map<string, number>();
    let seen = 0;
    for await (const key of find()) {
      if (seen === settings.sampleKeys) {
        seen += 1;
        break;
      }
      seen += 1;
      const policy = policyOf(key);
      if (policy !== undefined) byPolicy.set(policy, (byPolicy.get(policy) ?? 0) + 1);
    }
    const estimated = seen > settings.sampleKeys;
    const factor = estimated ? (await total()) / settings.sampleKeys : 1;
    for (const [policy, keys] of byPolicy) byPolicy.set(policy, Math.round(keys * factor));
    return { keys: [...byPolicy.values()].reduce((sum, keys) => sum + keys, 0), byPolicy, estimated };
  }

  async function recount(): Promise<KeyCount> {
    try {
      const startedAtMs = now();
      last = await count();
      freshUntilMs = now() + Math.max(settings.freshForMs, SHARE * (now() - startedAtMs));
      return last;
    } finally {
      counting = undefined;
    }
  }

  return async () => {
    if (last !== undefined && now() < freshUntilMs) return last;
    counting ??= recount();
    if (last === undefined) return counting;
    // Whoever does not wait for its end must not be hit by its failure.
    counting.catch(() => {});
    return within(settings.waitMs, counting, last);
  };
}

async function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
