import type { CacheResult } from '@watchparty/redis-kit/cache';

/** Values of cached entries, parsed when they are first asked for and kept as long as the entries' bytes. */
export function createParsedOnce(): (hit: CacheResult) => unknown {
  const values = new WeakMap<Buffer, unknown>();
  return ({ body }) => {
    let value = values.get(body);
    if (value === undefined) values.set(body, (value = JSON.parse(body.toString('utf8'))));
    return value;
  };
}
