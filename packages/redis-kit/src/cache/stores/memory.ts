import type { CacheStore } from '../store.ts';
import { randomVersion } from '../version.ts';

/** For one process without Redis: tag versions in a map; entries live in the process's own copies only. */
export function createMemoryStore(newVersion: () => string = randomVersion): CacheStore {
  const versions = new Map<string, string>();

  return {
    shared: false,
    read: async (tags, keys) => ({ versions: tags.map((tag) => versions.get(tag) ?? null), values: keys.map(() => null) }),
    async ensureVersions(tags) {
      return tags.map((tag) => {
        const known = versions.get(tag);
        if (known !== undefined) return known;
        const made = newVersion();
        versions.set(tag, made);
        evictOldest(versions);
        return made;
      });
    },
    async bump(tags) {
      for (const tag of tags) {
        versions.delete(tag);
        versions.set(tag, newVersion());
      }
      evictOldest(versions);
    },
    write: async () => {},
    lease: async () => true,
    release: async () => {},
    delete: async (keys) => keys.length,
    async *find() {},
    figures: async () => ({ keys: 0, memoryBytes: 0 }),
    probe: async () => {},
    onLost: () => {},
    onBack: () => {},
    close: async () => {},
  };
}

/** About 50 MB of tags. One that goes costs a load: missing never equals missing. */
const MAX_TAGS = 500_000;

function evictOldest(versions: Map<string, string>): void {
  for (const oldest of versions.keys()) {
    if (versions.size <= MAX_TAGS) break;
    versions.delete(oldest);
  }
}
