import type { Invitation, LiveParticipant, Participant, Playback, Room } from '@watchparty/protocol';
import { shownEmail } from '../accounts/index.ts';
import type { InvitationRow } from './invitations.repo.ts';
import type { ParticipantRow } from './participants.repo.ts';
import type { Attendance } from './attendance.ts';
import type { Timeline } from './playback.ts';
import type { RoomChanges, RoomRow } from './rooms.repo.ts';

export const roomView = (row: RoomRow): Room => ({
  id: row.id,
  name: row.name,
  description: row.description,
  movieId: row.movie_id,
  ownerId: row.owner_id,
  isPrivate: row.is_private,
  hasPassword: row.password_hash !== null,
  isActive: row.is_active,
  participantCount: row.participant_count,
  maxParticipants: row.max_participants,
  playbackControl: row.playback_control,
  readyGate: row.ready_gate,
  waitForSlow: row.wait_for_slow,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

export const participantView = (row: ParticipantRow, online: boolean): Participant => ({
  userId: row.user_id,
  username: row.username,
  role: row.role,
  joinedAt: row.joined_at.toISOString(),
  lastSeenAt: row.last_seen_at.toISOString(),
  online,
});

export const liveParticipantView = (row: ParticipantRow, { online, player }: Attendance): LiveParticipant => ({
  ...participantView(row, online),
  free: player?.free ?? false,
  ready: player?.ready ?? false,
  buffering: player?.buffering ?? false,
  driftMs: player?.driftMs ?? null,
  rttMs: player?.rttMs ?? null,
});

/** Says of whoever is invited what was said by who invites, and no more. */
export const invitationView = (row: InvitationRow): Invitation => ({
  id: row.id,
  roomId: row.room_id,
  userId: row.user_id,
  email: row.email === null ? null : shownEmail(row.email),
  createdAt: row.created_at.toISOString(),
});

export const timelineOf = (row: RoomRow): Timeline => ({
  version: row.playback_version,
  movieId: row.movie_id,
  position: row.playback_position,
  rate: row.playback_rate,
  playing: row.playback_playing,
  at: row.playback_at,
  waiting: row.playback_waiting,
  commandsFrom: row.playback_commands_from,
  readyFrom: row.playback_ready_from,
});

export const timelineColumns = (timeline: Timeline): RoomChanges => ({
  playback_version: timeline.version,
  movie_id: timeline.movieId,
  playback_position: timeline.position,
  playback_rate: timeline.rate,
  playback_playing: timeline.playing,
  playback_at: timeline.at,
  playback_waiting: timeline.waiting,
  playback_commands_from: timeline.commandsFrom,
  playback_ready_from: timeline.readyFrom,
});

export function playbackView(row: RoomRow): Playback {
  const { version, movieId, position, rate, playing, at, waiting } = timelineOf(row);
  return { roomId: row.id, version, movieId, position, rate, playing, at, waiting, by: row.playback_by };
}
