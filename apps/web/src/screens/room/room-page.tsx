import { useParams, useSearch } from '@tanstack/react-router';
import { NotFound } from '../../shell/not-found.tsx';
import { usePerson, useSessionState } from '../../session/context.tsx';
import { RoomDoor } from './room-door.tsx';
import { RoomVisit } from './room-visit.tsx';
import './room.css';

export function RoomPage() {
  const { roomId: text } = useParams({ from: '/rooms/$roomId' });
  const { invite } = useSearch({ from: '/rooms/$roomId' });
  const person = usePerson();
  const state = useSessionState();
  const roomId = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  if (roomId === undefined) return <NotFound />;
  // A guest's right is for one room.
  if (person === undefined || (state.status === 'guest' && state.guest.roomId !== roomId)) return <RoomDoor roomId={roomId} invite={invite} />;
  return <RoomVisit key={`${roomId} ${person.userId}`} roomId={roomId} person={person} invite={invite} />;
}
