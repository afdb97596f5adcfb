import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import { Problem } from '../../kernel/problem.ts';
import { mayChange, maySee, type Standing, takesPart } from './events.policy.ts';
import * as repo from './events.repo.ts';

const NO_PART: repo.Part = { status: null, position: null, wantsMail: false, invited: false, friend: false, blocked: false };

export interface EventAndStanding {
  readonly row: repo.EventRow;
  readonly part: repo.Part;
  readonly standing: Standing;
}

export const standingOf = (
  row: Pick<repo.EventRow, 'owner_id' | 'visibility'>, part: repo.Part, actor: Standing['actor'],
): Standing => ({
  actor, ownerId: row.owner_id, visibility: row.visibility,
  answered: part.status !== null, invited: part.invited, friend: part.friend, blocked: part.blocked,
});

async function both(db: Queries, row: repo.EventRow | undefined, actor: Actor | undefined): Promise<EventAndStanding> {
  if (row === undefined) throw new Problem('events.not_found');
  const [part = NO_PART] = actor === undefined ? [] : await repo.partsOf(db, [{ eventId: row.id, userId: actor.userId }]);
  return { row, part, standing: standingOf(row, part, actor) };
}

/** For somebody who reads it; an event they may not see does not exist for them. EV1 */
export async function lookToSee(db: Queries, id: number, actor: Actor | undefined): Promise<EventAndStanding> {
  const found = await both(db, await repo.find(db, id), actor);
  if (!maySee(found.standing)) throw new Problem('events.not_found');
  return found;
}

/** For somebody who has to do with it: sees who comes, has answered. EV2 */
export async function lookAsPart(db: Queries, id: number, actor: Actor): Promise<EventAndStanding> {
  const found = await both(db, await repo.find(db, id), actor);
  if (!takesPart(found.standing)) throw new Problem('events.not_found');
  return found;
}

/** Under the event's lock, for somebody who changes it. EV3 */
export async function lockToChange(tx: Tx, id: number, actor: Actor): Promise<repo.EventRow> {
  const { row, standing } = await both(tx, await repo.lock(tx, id), actor);
  if (!maySee(standing)) throw new Problem('events.not_found');
  if (!mayChange(standing)) throw new Problem('events.not_owner');
  return row;
}
