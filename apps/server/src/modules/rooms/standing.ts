import type { Queries } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import * as participants from './participants.repo.ts';
import { maySee, type Standing, takesPart } from './rooms.policy.ts';
import * as repo from './rooms.repo.ts';

export interface RoomAndStanding {
  readonly row: repo.RoomRow;
  readonly standing: Standing;
  /** Undefined: takes no part. */
  readonly lastSeenAt: Date | undefined;
}

type Viewer = Actor | undefined;

/** The room and who the viewer is in it; a room they may not see does not exist for them. RO1 */
export async function seen(db: Queries, found: repo.RoomRow | undefined, actor: Viewer): Promise<RoomAndStanding> {
  if (found === undefined) throw new Problem('rooms.not_found');
  const part = actor === undefined ? undefined : await participants.participationOf(db, found.id, actor.userId);
  const standing = { actor, role: part?.role, ownerId: found.owner_id, isPrivate: found.is_private };
  if (!maySee(standing)) throw new Problem('rooms.not_found');
  return { row: found, standing, lastSeenAt: part?.last_seen_at };
}

/** The same for what only those in the room may do or read. */
export async function within(db: Queries, found: repo.RoomRow | undefined, actor: Actor): Promise<RoomAndStanding> {
  const both = await seen(db, found, actor);
  if (!takesPart(both.standing)) throw new Problem('rooms.not_participant');
  return both;
}
