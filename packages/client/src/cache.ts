import type { CacheCleared, CacheStats } from '@watchparty/protocol';
import type { Caller, CallOptions } from './caller.ts';

/** For administrators. */
export function cacheCalls({ data }: Caller) {
  return {
    stats: ({ signal }: CallOptions = {}): Promise<CacheStats> =>
      data({ method: 'GET', path: '/api/admin/cache/stats', signal }),

    /** Clears the cache's entries, never queues, sessions or rate limits. */
    clear: ({ signal }: CallOptions = {}): Promise<CacheCleared> =>
      data({ method: 'POST', path: '/api/admin/cache/clear', signal }),
  };
}
