import type { Actor } from '../../kernel/actor.ts';

/** Who asks, what the event is to them and they are to its owner. */
export interface Standing {
  /** Undefined: nobody who is signed in. */
  readonly actor: Pick<Actor, 'userId' | 'role'> | undefined;
  readonly ownerId: number;
  readonly visibility: 'public' | 'friends' | 'private';
  /** Has answered, whatever it was. */
  readonly answered: boolean;
  readonly invited: boolean;
  readonly friend: boolean;
  /** One of the two blocks the other. */
  readonly blocked: boolean;
}

export const isOwner = ({ actor, ownerId }: Pick<Standing, 'actor' | 'ownerId'>): boolean => actor?.userId === ownerId;
const isAdmin = ({ actor }: Standing): boolean => actor?.role === 'admin';

/** EV1 */
export const isOpen = ({ visibility }: Pick<Standing, 'visibility'>): boolean => visibility === 'public';

/** Who has to do with the event: answers, sees who comes. EV1, EV2 */
export function takesPart(standing: Standing): boolean {
  if (standing.actor === undefined) return false;
  if (isOwner(standing) || isAdmin(standing)) return true;
  if (standing.blocked) return false;
  return isOpen(standing) || standing.answered || standing.invited || (standing.visibility === 'friends' && standing.friend);
}

/** EV1: what everybody may read is open to those, too, who are blocked. */
export const maySee = (standing: Standing): boolean => isOpen(standing) || takesPart(standing);

/** EV3 */
export const mayChange = (standing: Standing): boolean => isOwner(standing) || isAdmin(standing);
