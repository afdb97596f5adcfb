import type { CacheTarget } from '@watchparty/redis-kit/cache';

type TargetFor = (userId: number) => CacheTarget | undefined;

/** About 10 MB; then they are made anew. */
const MAX_TARGETS = 20_000;

/** Each user's own entry of a page, its key and tags made once: the same people come again and again. */
export function createUsersTargets(): (targetFor: TargetFor, userId: number) => CacheTarget | undefined {
  const known = new Map<TargetFor, Map<number, CacheTarget>>();
  let size = 0;
  return (targetFor, userId) => {
    let users = known.get(targetFor);
    const target = users?.get(userId);
    if (target !== undefined) return target;
    if (size >= MAX_TARGETS) {
      known.clear();
      users = undefined;
      size = 0;
    }
    const made = targetFor(userId);
    if (made === undefined) return undefined;
    if (users === undefined) known.set(targetFor, (users = new Map()));
    users.set(userId, made);
    size += 1;
    return made;
  };
}
