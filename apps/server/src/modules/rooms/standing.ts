import type { Queries, Tx } from '../../db/index.ts';
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
type Participation = participants.Participation;

/** The room and who the viewer is in it, as of one moment; a room they may not see does not exist for them. RO1 */
export async function look(db: Queries, id: number, actor: Viewer): Promise<RoomAndStanding> {
  const found = await repo.findWithPart(db, id, actor?.userId ?? null);
  return seen(found?.room, found?.part, actor);
}

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
