import type { RedisClient, RedisConnection } from '../../redis/index.ts';
import { StoreUnavailable } from '../policy.ts';
import { type CacheStore, ROOT_TAG } from '../store.ts';
import { randomVersion } from '../version.ts';

/**
 * The keys, all of them:
 * - `cache:…`, `message:…`, whatever policies name: entries
 * - `cache-tag:{tag}`: a tag's version; `cache-tag:*` the root's
 * - `cache-lease:{key}:{versions}`: who loads
 * - `cache-epoch`: the run ids of the servers that the entries were written to
 */
const TAG_PREFIX = 'cache-tag:';
const LEASE_PREFIX = 'cache-lease:';
const EPOCH_KEY = 'cache-epoch';

/** A tag that goes costs one load, so it need not outlive what carries it by much. */
const TAG_TTL_MS = 24 * 60 * 60 * 1000;

/** Entries, versions and leases in Redis or Valkey, standalone or a cluster: no command needs keys of two slots. */
export function createRedisStore(connection: RedisConnection, newVersion: () => string = randomVersion): CacheStore {
  if (connection.client === undefined) throw new TypeError('createRedisStore needs a connection to Redis');
  const client = connection.client;
  const cluster = client.isCluster;

  const tagKey = (tag: string): string => TAG_PREFIX + tag;
  /** CA10 */
  const guarded = <T>(what: string, work: () => Promise<T>): Promise<T> => limited(connection, what, work);

  async function readVersions(keys: string[]): Promise<(string | null)[]> {
    if (keys.length === 0) return [];
    return cluster ? Promise.all(keys.map((key) => client.get(key))) : client.mget(keys);
  }

  async function readValues(keys: readonly string[]): Promise<(Buffer | null)[]> {
    if (keys.length === 0) return [];
    return cluster ? Promise.all(keys.map((key) => client.getBuffer(key))) : client.mgetBuffer([...keys]);
  }

  /** Runs commands together; in a cluster each goes where its key lies. */
  async function together<T>(items: readonly T[], send: (target: Pick<RedisClient, 'set' | 'del'>, item: T) => Promise<unknown>): Promise<void> {
    await Promise.all(items.map((item) => send(client, item)));
  }

  return {
    shared: true,

    read: (tags, keys) =>
      guarded('read', async () => {
        // Not one value: an entry is compared by the versions that it carries itself (CA1).
        const [versions, values] = await Promise.all([readVersions(tags.map(tagKey)), readValues(keys)]);
        return { versions, values };
      }),

    ensureVersions: (tags) =>
      guarded('create versions', async () =>
        Promise.all(
          tags.map(async (tag) => {
            const made = newVersion();
            // Answers what was there before, and sets nothing then.
            const known = await client.set(tagKey(tag), made, 'PX', TAG_TTL_MS, 'NX', 'GET');
            return known ?? made;
          }),
        ),
      ),

    bump: (tags) =>
      guarded('invalidate', () => together(tags, (target, tag) => target.set(tagKey(tag), newVersion(), 'PX', TAG_TTL_MS))),

    write: (entries) =>
      guarded('store', () => together(entries, (target, { key, value, ttlMs }) => target.set(key, value, 'PX', Math.max(1, Math.round(ttlMs))))),

    lease: (key, ttlMs) =>
      guarded('lease', async () => (await client.set(LEASE_PREFIX + key, '1', 'PX', ttlMs, 'NX')) === 'OK'),
    release: (key) => guarded('release', async () => void (await client.del(LEASE_PREFIX + key))),

    delete: (keys) =>
      guarded('delete', async () => {
        const counts = await Promise.all(keys.map((key) => client.unlink(key)));
        return counts.reduce((sum, count) => sum + count, 0);
      }),

    async *find(pattern) {
      for (const node of 'nodes' in client ? client.nodes('master') : [client]) {
        let cursor = '0';
        do {
          const from = cursor;
          const [next, keys] = await guarded('scan', () => node.scan(from, 'MATCH', pattern, 'COUNT', 500));
          yield* keys;
          cursor = next;
        } while (cursor !== '0');
      }
    },

    figures: () =>
      guarded('count', async () => {
        const { totalKeys, memoryBytes } = await connection.figures();
        return { keys: totalKeys, memoryBytes };
      }),

    probe: () =>
      guarded('probe', async () => {
        const nodes = 'nodes' in client ? client.nodes('master') : [client];
        const ids = await Promise.all(nodes.map(async (node) => /^run_id:(\w+)/m.exec(await node.info('server'))?.[1] ?? '?'));
        if (ids.length === 0) throw new Error('No master is known');
        const now = ids.toSorted().join(',');
        if ((await client.get(EPOCH_KEY)) === now) return;
        // Another server than the one written to: what it holds may be older than what was answered. CA9
        await client.set(tagKey(ROOT_TAG), newVersion(), 'PX', TAG_TTL_MS);
        await client.set(EPOCH_KEY, now);
      }),

    onLost: (listener) =>
      connection.onChange((status) => {
        if (status === 'disconnected') listener();
      }),
    onBack: (listener) =>
      connection.onChange((status) => {
        if (status === 'connected') listener();
      }),
    close: async () => {},
  };
}

async function limited<T>({ inTime }: RedisConnection, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await inTime(work());
  } catch (cause) {
    throw new StoreUnavailable(`Redis operation failed: ${what}`, { cause });
  }
}
