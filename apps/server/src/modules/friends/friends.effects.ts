import { friendsChanged } from '@watchparty/protocol';
import { broadcasted } from '../../kernel/live.ts';
import type { Effects } from '../../kernel/write.ts';
import { circlesChanged } from './friends.cache.ts';

/** How two stand with one another has changed: the cache shows it no more, and those of them who may know are told. */
export function addStanding(effects: Effects, a: number, b: number, told: readonly number[] = [a, b]): void {
  effects.add(circlesChanged(a, b));
  for (const id of told) effects.add(broadcasted(`user:${id}`, friendsChanged, { items: [{ userId: id === a ? b : a }] }));
}
