import type { ParticipantRole } from '@watchparty/protocol';

/** Who reads it, as rooms tell it. */
export interface PlaylistReader {
  readonly actor: { readonly userId: number; readonly role: 'user' | 'admin' } | undefined;
  readonly role: ParticipantRole | undefined;
  readonly ownerId: number;
}

export const isHost = (role: ParticipantRole): boolean => role !== 'viewer';

/** Titles of films that only people in the room may see stand in it. PL2 */
export const mayRead = ({ actor, role, ownerId }: PlaylistReader): boolean =>
  role !== undefined || actor?.role === 'admin' || actor?.userId === ownerId;

/** PL2 */
export const mayAdd = (role: ParticipantRole, adds: 'hosts' | 'everyone'): boolean => adds === 'everyone' || isHost(role);

/** PL2 */
export const mayRemove = (role: ParticipantRole, userId: number, addedBy: number | null): boolean =>
  isHost(role) || userId === addedBy;
