import type { Event } from '@watchparty/protocol';
import type { Queries } from '../../db/index.ts';
import { invalidated, type Reads } from '../../kernel/cache-policy.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import { eventPolicies } from './events.cache.ts';
import * as repo from './events.repo.ts';
import { eventView } from './events.views.ts';

interface Deps {
  readonly queries: Queries;
  readonly reads: Reads;
  readonly write: Write;
}

/** The cache of events for other code of the server: whoever asks has found out who may see the event. EV10 */
export function createEventCache({ queries, reads, write }: Deps) {
  const load = (id: number) => async (): Promise<Event> => {
    const row = await repo.find(queries, id);
    if (row === undefined) throw new Problem('events.not_found');
    return eventView(row);
  };

  return {
    /** Loads the event and stores it, whatever is stored. */
    cacheEvent: (id: number): Promise<Event> => reads.refresh(eventPolicies.one, { id }, load(id)),

    /** Never a state older than a write answered before this call. Throws `events.not_found`. */
    getCachedEvent: (id: number): Promise<Event> => reads.value(eventPolicies.one, { id }, load(id)),

    invalidateEventCache: (id: number): Promise<void> =>
      write(async (_tx, effects) => effects.add(invalidated(`event:${id}`))),

    /** The lists of somebody's events, whoever sees them. */
    invalidateUserCache: (userId: number): Promise<void> =>
      write(async (_tx, effects) => effects.add(invalidated(`user:${userId}:events`))),
  };
}
