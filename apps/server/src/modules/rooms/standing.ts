import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import { Problem } from '../../kernel/problem.ts';
import type { CachedRight } from '../../kernel/route.ts';
import * as participants from './participants.repo.ts';
import { type CachedStanding, roomPolicies } from './rooms.cache.ts';
import { maySee, type Standing, takesPart } from './rooms.policy.ts';
import * as repo from './rooms.repo.ts';

export interface RoomAndStanding {
  readonly row: repo.RoomRow;
  readonly standing: Standing;
  /** Undefined: takes no part. */
  readonly lastSeenAt: Date | undefined;
}

interface ReadDeps {
  readonly queries: Queries;
  readonly reads: Reads;
}

type Viewer = Actor | undefined;
type Participation = participants.Participation;

/** The room and who the viewer is in it, as of one moment; a room they may not see does not exist for them. RO1 */
export async function look(db: Queries, id: number, actor: Viewer): Promise<RoomAndStanding> {
  const found = await repo.findWithPart(db, id, actor?.userId ?? null);
  return seen(found?.room, found?.part, actor);
}

export interface ReaderStanding extends Standing {
  readonly hasPassword: boolean;
}

/** Who the viewer is in the room, as the cache keeps it: to read by, never to change anything by. RO1 */
export async function lookToRead({ queries, reads }: ReadDeps, id: number, actor: Actor): Promise<ReaderStanding> {
  const cached = await reads.value(roomPolicies.standing, { id, userId: actor.userId }, async (): Promise<CachedStanding> => {
    const found = await repo.findWithPart(queries, id, actor.userId);
    if (found === undefined) throw new Problem('rooms.not_found');
    const { owner_id, is_private, password_hash } = found.room;
    return { ownerId: owner_id, isPrivate: is_private, hasPassword: password_hash !== null, role: found.part?.role ?? null };
  });
  const standing = standingOf(cached, actor);
  if (!maySee(standing)) throw new Problem('rooms.not_found');
  return standing;
}

const standingOf = ({ role, ...room }: CachedStanding, actor: Actor): ReaderStanding => ({ actor, role: role ?? undefined, ...room });

/** The right to read what lives in a room, by the standing that `lookToRead` keeps in the cache. */
export const rightToRead = <P>(roomIdOf: (params: P) => number, may: (standing: ReaderStanding) => boolean): CachedRight<P> => ({
  policy: roomPolicies.standing,
  params: ({ actor, params }) => ({ id: roomIdOf(params), userId: actor.userId }),
  isGiven(value, actor) {
    const standing = standingOf(value as CachedStanding, actor);
    return maySee(standing) && may(standing);
  },
});

/** The same under the room's lock, which is taken first, so that who the viewer is holds as long as the lock does. */
export async function lockSeen(tx: Tx, id: number, actor: Actor): Promise<RoomAndStanding> {
  const room = await repo.lock(tx, id);
  return seen(room, room && (await participants.participationOf(tx, id, actor.userId)), actor);
}

function seen(row: repo.RoomRow | undefined, part: Participation | undefined, actor: Viewer): RoomAndStanding {
  if (row === undefined) throw new Problem('rooms.not_found');
  const standing = { actor, role: part?.role, ownerId: row.owner_id, isPrivate: row.is_private };
  if (!maySee(standing)) throw new Problem('rooms.not_found');
  return { row, standing, lastSeenAt: part?.last_seen_at };
}

/** Refuses those who see the room but are not in it. */
export function requirePart(both: RoomAndStanding): RoomAndStanding {
  if (!takesPart(both.standing)) throw new Problem('rooms.not_participant');
  return both;
}
