import type { LiveParticipant, ParticipantRole, Room } from '@watchparty/protocol';

export interface Rights {
  readonly role: ParticipantRole | undefined;
  readonly isHost: boolean;
  /** Hosts and co-hosts. */
  readonly mayHost: boolean;
  readonly isOwner: boolean;
  readonly mayControl: boolean;
}

/** What the server would let this person do; it decides, this only spares people buttons that do nothing. */
export function rightsOf(room: Room, people: readonly LiveParticipant[], userId: number): Rights {
  const isOwner = room.ownerId === userId;
  const role = people.find((person) => person.userId === userId)?.role ?? (isOwner ? 'host' : undefined);
  const mayHost = role === 'host' || role === 'co-host';
  return { role, isOwner, mayHost, isHost: role === 'host', mayControl: mayHost || (role !== undefined && room.playbackControl === 'everyone') };
}
