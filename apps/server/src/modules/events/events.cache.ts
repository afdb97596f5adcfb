import { CursorPage, Event } from '@watchparty/protocol';
import { declarePolicy, invalidated } from '../../kernel/cache-policy.ts';
import type { Effects } from '../../kernel/write.ts';

export const eventPolicies = {
  /** Who may see it is asked apart, each time. */
  one: declarePolicy<{ id: number }>()({
    name: 'events.one', key: 'cache:event:{id}', tags: ['event:{id}'], ttl: 'event', freshness: 'strict', shape: Event,
  }),
  /** As one person sees them, which changes with whom they know: `friends:{id}` is friends' own tag. */
  ofUser: declarePolicy<{ id: number; viewer: number; cursor: string; limit: number }>()({
    name: 'events.ofUser', key: 'cache:user:{id}:events:viewer:{viewer}:cursor:{cursor}:limit:{limit}',
    tags: ['user:{id}:events', 'friends:{viewer}'], ttl: 'userEvents', freshness: 'strict', shape: CursorPage(Event),
  }),
};

/** Something that these events show has changed. */
export function addChanged(effects: Effects, ...events: readonly { readonly id: number; readonly owner_id: number }[]): void {
  if (events.length === 0) return;
  const owners = new Set(events.map(({ owner_id }) => owner_id));
  effects.add(invalidated(...events.map(({ id }) => `event:${id}`), ...[...owners].map((id) => `user:${id}:events`)));
}
