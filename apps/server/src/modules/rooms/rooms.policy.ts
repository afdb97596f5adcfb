import type { ParticipantRole, PlaybackControl } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';

/** What decides rights in a room: who asks, as whom they take part (undefined: not at all), and whose room it is. */
export interface Standing {
  readonly actor: Pick<Actor, 'userId' | 'role'> | undefined;
  readonly role: ParticipantRole | undefined;
  readonly ownerId: number;
  readonly isPrivate: boolean;
}

const RANK: Readonly<Record<ParticipantRole, number>> = { viewer: 0, 'co-host': 1, host: 2 };

const isOwner = ({ actor, ownerId }: Standing): boolean => actor?.userId === ownerId;
const isAdmin = ({ actor }: Standing): boolean => actor?.role === 'admin';

/** RO1 */
export const maySee = (standing: Standing): boolean =>
  !standing.isPrivate || standing.role !== undefined || isOwner(standing) || isAdmin(standing);

/** Settings, invitations. RO2 */
export const mayManage = (standing: Standing): boolean =>
  isOwner(standing) || isAdmin(standing) || standing.role === 'host' || standing.role === 'co-host';

/** RO2, LP1 */
export const mayControl = ({ role }: Standing, control: PlaybackControl): boolean =>
  role === 'host' || role === 'co-host' || (role !== undefined && control === 'everyone');

/** RO2 */
export const mayGiveRoles = (standing: Standing): boolean => isOwner(standing) || isAdmin(standing) || standing.role === 'host';

interface Person {
  readonly userId: number;
  /** Undefined: not in the room. */
  readonly role: ParticipantRole | undefined;
}

/** Of somebody who may give roles: to this person too? Hosts may step down, but not put one another down. RO3 */
export const mayChangeRoleOf = (standing: Standing, person: Person): boolean =>
  isOwner(standing) || isAdmin(standing) || person.userId === standing.actor?.userId || person.role !== 'host';

/** RO2 */
export const mayRemoveRoom = (standing: Standing): boolean => isOwner(standing) || isAdmin(standing);

/** Kick and ban. The owner is out of everybody's reach. RO3 */
export function mayRemovePerson(standing: Standing, person: Person): boolean {
  if (person.userId === standing.ownerId) return false;
  if (isOwner(standing) || isAdmin(standing)) return true;
  if (standing.role === undefined || standing.role === 'viewer') return false;
  return RANK[standing.role] > RANK[person.role ?? 'viewer'];
}

/** The room's own messages, people and playback are for those who take part. */
export const takesPart = (standing: Standing): boolean => standing.role !== undefined || isAdmin(standing);
