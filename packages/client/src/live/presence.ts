import type { LiveParticipant, ParticipantRole, RoomSnapshot, roomPresence } from '@watchparty/protocol';
import type { Static } from 'typebox';

export interface Presence {
  /** The first hundred or so: hosts, co-hosts, then by joining. */
  readonly participants: readonly LiveParticipant[];
  readonly participantCount: number;
  /** How many people have the room open. */
  readonly onlineCount: number;
}

export const presenceIn = ({ room, participants, onlineCount }: RoomSnapshot): Presence => ({
  participants, onlineCount, participantCount: room.participantCount,
});

const RANK: Readonly<Record<ParticipantRole, number>> = { host: 0, 'co-host': 1, viewer: 2 };

const inOrder = (a: LiveParticipant, b: LiveParticipant): number =>
  RANK[a.role] - RANK[b.role] || Date.parse(a.joinedAt) - Date.parse(b.joinedAt) || a.userId - b.userId;

/** Who is there after such an event: the whole list, or what has changed in it. LC11 */
export function presenceAfter(before: readonly LiveParticipant[], event: Static<(typeof roomPresence)['payload']>): Presence {
  const { participants, partial, left, participantCount, onlineCount } = event;
  if (!partial) return { participants, participantCount, onlineCount };
  const people = new Map(before.map((person) => [person.userId, person]));
  for (const userId of left) people.delete(userId);
  for (const person of participants) people.set(person.userId, person);
  return { participants: [...people.values()].toSorted(inOrder), participantCount, onlineCount };
}
