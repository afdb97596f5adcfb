import { decodeEntry, type Entry } from './entry.ts';
import type { Copy, L1 } from './l1.ts';
import type { CachePolicy, CacheTarget } from './policy.ts';
import type { CacheStore } from './store.ts';
import type { Batch, Validation } from './validation.ts';

interface Deps {
  readonly store: CacheStore;
  readonly validation: Validation;
  readonly l1: L1;
  readonly now: () => number;
  readonly recheckMs: number;
  /** Whether an invalidation of one of these tags was heard since then. CA7 */
  readonly heardSince: (tags: readonly string[], sinceMs: number) => boolean;
}

type Found =
  | { readonly copy: Copy; readonly source: 'l1' | 'l2'; readonly versions?: undefined }
  | { readonly copy?: undefined; readonly versions: readonly (string | null)[] };

type Shape = Pick<CachePolicy<never>, 'fingerprint' | 'maxAgeMs'>;

/** Finds an entry that may be served: CA2, CA7, CA8, CA17, CA20. */
export function createLookup({ store, validation, l1, now, recheckMs, heardSince }: Deps) {
  const alive = (entry: Entry, { maxAgeMs = entry.ttlMs }: Shape): boolean =>
    now() < entry.storedAtMs + Math.min(entry.ttlMs, maxAgeMs);
  const fits = (entry: Entry, shape: Shape): boolean => entry.fingerprint === shape.fingerprint && alive(entry, shape);

  /** The store's own value, if its versions are those given. */
  async function take(
    key: string, value: Buffer | null, tags: readonly string[], versions: readonly (string | null)[], shape: Shape, askedAtMs: number,
  ): Promise<Copy | undefined> {
    if (value === null) return undefined;
    const entry = await decodeEntry(value);
    if (entry === undefined || !fits(entry, shape) || !sameTags(entry, tags)) return undefined;
    if (!entry.versions.every((version, index) => version === versions[index])) return undefined;
    // The policy's own text, not one more of each entry.
    return keep(key, { ...entry, fingerprint: shape.fingerprint }, askedAtMs);
  }

  /** `confirmedAtMs`: before its versions were read. */
  function keep(key: string, entry: Entry, confirmedAtMs: number): Copy {
    const copy: Copy = {
      ...entry, tags: exactly(entry.tags), versions: exactly(entry.versions), body: alone(entry.body),
      confirmedAtMs, seenInStoreAtMs: now(), uses: 0, presented: undefined,
    };
    l1.set(key, copy);
    return copy;
  }

  return {
    keep,

    /** A copy that a bounded policy may serve without asking. */
    bounded(key: string, policy: Shape & Pick<CachePolicy<never>, 'freshness'>): Copy | undefined {
      if (policy.freshness === 'strict') return undefined;
      const copy = l1.get(key);
      if (copy === undefined || !fits(copy, policy)) return undefined;
      const recent = now() - copy.confirmedAtMs < policy.freshness.boundedMs;
      return recent && !heardSince(copy.tags, copy.confirmedAtMs) ? copy : undefined;
    },

    /** Whether a copy stands here that needs no look into the store; if so, whether it is current by versions read after this call. */
    peek({ key, tags, policy }: CacheTarget, found: (copy: Copy | undefined, error?: unknown) => void): boolean {
      const copy = l1.get(key);
      const asked = now();
      if (copy === undefined || !fits(copy, policy) || (store.shared && asked - copy.seenInStoreAtMs >= recheckMs)) return false;
      validation.read(tags, undefined).then(
        (batch) => {
          const current = isCurrent(copy, batch);
          if (current) copy.confirmedAtMs = asked;
          return found(current ? copy : undefined);
        },
        (error: unknown) => found(undefined, error),
      );
      return true;
    },

    /** Reads the tags' versions, and decides by them. */
    async strict(key: string, tags: readonly string[], policy: Shape): Promise<Found> {
      const copy = l1.get(key);
      const usable = copy !== undefined && fits(copy, policy);
      const asked = now();
      const wantsValue = store.shared && (!usable || asked - copy.seenInStoreAtMs >= recheckMs);
      const batch = await validation.read(tags, wantsValue ? key : undefined);
      if (usable && isCurrent(copy, batch) && (!wantsValue || batch.value(key) !== null)) {
        copy.confirmedAtMs = asked;
        if (wantsValue) copy.seenInStoreAtMs = asked;
        return { copy, source: 'l1' };
      }
      const versions = tags.map((tag) => batch.version(tag));
      if (!store.shared || versions.includes(null)) return { versions };
      // A copy was there but is not current: somebody may have stored a newer entry already.
      const value = wantsValue ? batch.value(key) : (await validation.read([], key)).value(key);
      const taken = await take(key, value, tags, versions, policy, asked);
      return taken === undefined ? { versions } : { copy: taken, source: 'l2' };
    },

    /** For those who wait for another process's load. */
    async inStore(key: string, tags: readonly string[], versions: readonly string[], policy: Shape, askedAtMs: number): Promise<Entry | undefined> {
      const { values } = await store.read([], [key]);
      return take(key, values[0]!, tags, versions, policy, askedAtMs);
    },
  };
}

/** A list that was pushed to has room for seventeen, and so has its slice. */
const exactly = (list: readonly string[]): readonly string[] => list.map((item) => item);

/**
 * The body in memory of its own. What comes from Redis is a part of all that one packet brought, and what is made of a text
 * a part of Node's pool: kept as it came, 300 bytes of a session held 20 kB, which no bound on an L1's bytes knows of.
 */
function alone(body: Buffer): Buffer {
  if (body.buffer.byteLength === body.byteLength) return body;
  const copy = Buffer.allocUnsafeSlow(body.byteLength);
  copy.set(body);
  return copy;
}

function isCurrent(entry: Entry, batch: Batch): boolean {
  const { tags, versions } = entry;
  for (let index = 0; index < tags.length; index += 1) {
    if (batch.version(tags[index]!) !== versions[index]) return false;
  }
  return true;
}

const sameTags = (entry: Entry, tags: readonly string[]): boolean =>
  entry.tags.length === tags.length && entry.tags.every((tag, index) => tag === tags[index]);
