import type { Invitation, Participant, Playback, Room } from '@watchparty/protocol';
import { shownEmail } from '../accounts/index.ts';
import type { InvitationRow } from './invitations.repo.ts';
import type { ParticipantRow } from './participants.repo.ts';
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
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

export const participantView = (row: ParticipantRow): Participant => ({
  userId: row.user_id,
  username: row.username,
  role: row.role,
  joinedAt: row.joined_at.toISOString(),
  lastSeenAt: row.last_seen_at.toISOString(),
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
});

export const timelineColumns = (timeline: Timeline): RoomChanges => ({
  playback_version: timeline.version,
  movie_id: timeline.movieId,
  playback_position: timeline.position,
  playback_rate: timeline.rate,
  playback_playing: timeline.playing,
  playback_at: timeline.at,
});

export const playbackView = (row: RoomRow): Playback => ({ roomId: row.id, ...timelineOf(row) });
