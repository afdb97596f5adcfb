import type { PlaybackWaiting } from '@watchparty/protocol';
import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely';

/**
 * The tables as `migrations/*.sql` makes them, one interface each. Each table has one owner, the module
 * whose `*.repo.ts` reads and writes it. `bigint` arrives as number (safe up to 2^53), `timestamptz` as Date.
 */
export interface Tables {
  users: UsersTable;
  setup_tokens: SetupTokensTable;
  password_resets: PasswordResetsTable;
  second_factors: SecondFactorsTable;
  recovery_codes: RecoveryCodesTable;
  audit_events: AuditEventsTable;
  pictures: PicturesTable;
  sessions: SessionsTable;
  session_days: SessionDaysTable;
  notices: NoticesTable;
  outbox: OutboxTable;
  idempotency_keys: IdempotencyKeysTable;
  movies: MoviesTable;
  movie_uploads: MovieUploadsTable;
  movie_posters: MoviePostersTable;
  movie_subtitles: MovieSubtitlesTable;
  rooms: RoomsTable;
  room_participants: RoomParticipantsTable;
  room_bans: RoomBansTable;
  room_invites: RoomInvitesTable;
  room_invitations: RoomInvitationsTable;
  chat_counters: ChatCountersTable;
  chat_messages: ChatMessagesTable;
  chat_reactions: ChatReactionsTable;
  playlists: PlaylistsTable;
  playlist_items: PlaylistItemsTable;
  playlist_votes: PlaylistVotesTable;
  playlist_calls: PlaylistCallsTable;
  chat_cleared_ids: ChatClearedIdsTable;
  chat_days: ChatDaysTable;
  room_days: RoomDaysTable;
  activity_reports: ActivityReportsTable;
  person_days: PersonDaysTable;
  watched_until: WatchedUntilTable;
  chat_author_days: ChatAuthorDaysTable;
  friendships: FriendshipsTable;
  blocks: BlocksTable;
  friend_requests: FriendRequestsTable;
  conversations: ConversationsTable;
  direct_messages: DirectMessagesTable;
  message_reactions: MessageReactionsTable;
  events: EventsTable;
  rsvps: RsvpsTable;
  event_guests: EventGuestsTable;
  calendar_feeds: CalendarFeedsTable;
  event_trends: EventTrendsTable;
}

/** Set by the database, changeable. */
type Stamp = ColumnType<Date, Date | undefined, Date>;

export interface PictureUrls {
  readonly original: string;
  readonly thumbnail: string;
  readonly medium: string;
  readonly webp: string;
}

/** Owner: modules/accounts. */
interface UsersTable {
  id: GeneratedAlways<number>;
  /** Null: a guest. */
  email: string | null;
  username: string;
  display_name: string;
  /** Null: a guest. */
  password_hash: string | null;
  role: Generated<'user' | 'admin'>;
  bio: Generated<string>;
  locale: Generated<'en' | 'ru'>;
  profile_picture: JSONColumnType<PictureUrls> | null;
  /** The room of a guest. */
  guest_of: number | null;
  guest_until: Date | null;
  disabled_at: Date | null;
  messages_from: Generated<'everyone' | 'friends'>;
  /** How they are searched for. */
  search_name: GeneratedAlways<string>;
  created_at: Stamp;
  updated_at: Stamp;
}

/** Owner: modules/accounts. */
interface SecondFactorsTable {
  user_id: number;
  secret: Buffer;
  confirmed_at: Date | null;
  last_step: Generated<number>;
  created_at: Date;
}

/** Owner: modules/accounts. */
interface RecoveryCodesTable {
  user_id: number;
  code_hash: Buffer;
}

/** Owner: modules/audit. */
interface AuditEventsTable {
  id: GeneratedAlways<number>;
  at: Date;
  action: string;
  user_id: number | null;
  actor_id: number | null;
  session_id: string | null;
  ip: string | null;
  user_agent: string | null;
  details: JSONColumnType<Record<string, string | number | boolean>>;
}

/** Owner: modules/accounts. */
interface SetupTokensTable {
  token_hash: Buffer;
  created_at: Stamp;
  used_at: Date | null;
  used_by: number | null;
}

/** Owner: modules/accounts. */
interface PasswordResetsTable {
  token_hash: Buffer;
  user_id: number;
  request_id: string;
  created_at: Stamp;
  expires_at: Date;
}

/** Owner: modules/accounts. */
interface PicturesTable {
  name: string;
  kind: 'avatar' | 'image';
  extension: 'jpg' | 'png' | 'webp' | 'avif' | 'gif';
  owner_id: number | null;
  status: 'storing' | 'loose' | 'used' | 'retired';
  changed_at: Date;
}

/** Owner: modules/sessions. */
interface SessionsTable {
  id: string;
  user_id: number;
  refresh_hash: Buffer;
  family_hash: Buffer;
  previous_hash: Buffer | null;
  rotated_at: Date | null;
  successor_sealed: Buffer | null;
  authenticated_at: Date;
  user_agent: string;
  device: Generated<string>;
  os: Generated<string>;
  ip: string;
  created_at: Stamp;
  last_seen_at: Stamp;
  expires_at: Date;
  ends_at: Date | null;
  ended_at: Date | null;
  ended_by: 'sign-out' | 'revoked' | 'reuse' | 'account' | 'limit' | null;
}

/** Owner: modules/sessions. */
interface SessionDaysTable {
  day: string;
  created: number;
  signed_out: number;
  revoked: number;
}

/** Owner: outbox. */
interface OutboxTable {
  id: string;
  seq: GeneratedAlways<number>;
  kind: string;
  key: string | null;
  payload: JSONColumnType<object>;
  attempts: Generated<number>;
  available_at: Date;
  created_at: Stamp;
  last_error: string | null;
  failed_at: Date | null;
}

/** Owner: edge/http. */
interface IdempotencyKeysTable {
  id: Buffer;
  request_hash: Buffer;
  response: Buffer | null;
  locked_until: Date;
  created_at: Stamp;
}

/** Owner: modules/movies. */
interface MoviesTable {
  id: GeneratedAlways<number>;
  title: string;
  description: Generated<string>;
  year: number | null;
  duration_seconds: number | null;
  url: string | null;
  poster_url: string | null;
  visibility: Generated<'public' | 'rooms'>;
  owner_id: number;
  file_key: string | null;
  file_size_bytes: number | null;
  file_mime_type: string | null;
  pending_file_key: string | null;
  pending_since: Date | null;
  poster: ColumnType<StoredPoster | null, string | null | undefined, string | null>;
  created_at: Stamp;
  updated_at: Stamp;
}

interface StoredPoster {
  readonly large: string;
  readonly small: string;
  readonly width: number;
  readonly height: number;
}

/** Owner: modules/movies. */
interface MovieUploadsTable {
  movie_id: number;
  id: string;
  user_id: number;
  length_bytes: number;
  file_name: string;
  fingerprint: string | null;
  writer: string | null;
  writer_until: Date | null;
  finished_at: Date | null;
  created_at: Stamp;
}

/** Owner: modules/movies. */
interface MoviePostersTable {
  name: string;
  movie_id: number | null;
  width: number;
  height: number;
  shown: Generated<boolean>;
  created_at: Stamp;
}

/** Owner: modules/movies. */
interface MovieSubtitlesTable {
  id: GeneratedAlways<number>;
  movie_id: number;
  language: string;
  label: string;
  cue_count: number;
  body: string;
  created_at: Stamp;
}

/** Owner: modules/rooms. */
interface RoomsTable {
  id: GeneratedAlways<number>;
  name: string;
  description: Generated<string>;
  movie_id: number | null;
  owner_id: number;
  is_private: Generated<boolean>;
  password_hash: string | null;
  is_active: Generated<boolean>;
  participant_count: Generated<number>;
  max_participants: number;
  playback_version: Generated<number>;
  playback_position: Generated<number>;
  playback_rate: Generated<number>;
  playback_playing: Generated<boolean>;
  playback_at: Generated<number>;
  playback_control: Generated<'hosts' | 'everyone'>;
  ready_gate: Generated<boolean>;
  wait_for_slow: Generated<boolean>;
  playback_waiting: PlaybackWaiting | null;
  playback_commands_from: Generated<number>;
  playback_ready_from: Generated<number>;
  playback_by: number | null;
  playback_waited_until: Generated<number>;
  last_activity_at: Stamp;
  created_at: Stamp;
  updated_at: Stamp;
}

/** Owner: modules/rooms. */
interface RoomParticipantsTable {
  room_id: number;
  user_id: number;
  role: 'host' | 'co-host' | 'viewer';
  joined_at: Stamp;
  last_seen_at: Stamp;
  waited_at: Generated<number[]>;
}

/** Owner: modules/rooms. */
interface RoomBansTable {
  room_id: number;
  user_id: number;
  banned_by: number | null;
  created_at: Stamp;
}

/** Owner: modules/rooms. */
interface RoomInvitesTable {
  token_hash: Buffer;
  room_id: number;
  created_by: number;
  created_at: Stamp;
  expires_at: Date;
}

/** Owner: modules/rooms. */
interface RoomInvitationsTable {
  id: string;
  room_id: number;
  invited_by: number;
  user_id: number | null;
  email: string | null;
  created_at: Stamp;
}

/** Owner: modules/chat. */
interface ChatCountersTable {
  room_id: number;
  last_seq: number;
  last_change: Generated<number>;
}

/** Owner: modules/chat. */
interface ChatReactionsTable {
  message_id: string;
  user_id: number;
  emoji: string;
  change: number;
  since: number;
}

/** Owner: modules/playlist. */
interface PlaylistsTable {
  room_id: number;
  version: Generated<number>;
  sorting: Generated<'manual' | 'votes'>;
  adds: Generated<'hosts' | 'everyone'>;
}

/** Owner: modules/playlist. */
interface PlaylistItemsTable {
  id: string;
  room_id: number;
  movie_id: number;
  added_by: number | null;
  position: number;
  created_at: Date;
}

/** Owner: modules/playlist. */
interface PlaylistVotesTable {
  item_id: string;
  user_id: number;
  created_at: Date;
}

/** Owner: modules/playlist. */
interface PlaylistCallsTable {
  room_id: number;
  user_id: number;
  kind: 'skip' | 'ended';
  movie_id: number;
  version: number;
  called_at: Date;
}

/** Owner: modules/chat. */
interface ChatMessagesTable {
  id: string;
  room_id: number;
  seq: number;
  user_id: number;
  content: string;
  playback_position_seconds: number | null;
  client_message_id: string | null;
  created_at: Stamp;
  edited_at: Date | null;
  deleted_at: Date | null;
  change: number | null;
  mentions: JSONColumnType<object[]>;
  reply_to_id: string | null;
  reply_to_seq: number | null;
}

/** Owner: modules/chat. */
interface ChatClearedIdsTable {
  user_id: number;
  client_message_id: string;
  id: string;
  room_id: number;
  seq: number;
  created_at: Date;
  cleared_at: Date;
}

/** Owner: modules/chat. */
interface ChatDaysTable {
  room_id: number;
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  messages: number;
}

/** Owner: modules/rooms. */
interface RoomDaysTable {
  room_id: number;
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  joins: Generated<number>;
  peak_participants: Generated<number>;
  watched_ms: Generated<number>;
}

/** Owner: modules/notices. */
interface NoticesTable {
  id: string;
  user_id: number;
  kind: string;
  subject: string;
  body: JSONColumnType<object>;
  created_at: Date;
  read_at: Date | null;
}

/** Owner: modules/operations. */
interface ActivityReportsTable {
  id: string;
  from_day: string;
  to_day: string;
  totals: JSONColumnType<object>;
  days: JSONColumnType<object[]>;
  rooms: JSONColumnType<object[]>;
  created_at: Date;
}

/** Owner: modules/events. */
interface EventsTable {
  id: GeneratedAlways<number>;
  owner_id: number;
  title: string;
  description: Generated<string>;
  starts_at: Date;
  ends_at: Date | null;
  over_at: Date;
  time_zone: Generated<string>;
  lat: number | null;
  lng: number | null;
  address: Generated<string>;
  online: Generated<boolean>;
  url: string | null;
  room_id: number | null;
  opens_room: Generated<boolean>;
  capacity: number | null;
  going_count: Generated<number>;
  interested_count: Generated<number>;
  waitlisted_count: Generated<number>;
  last_position: Generated<number>;
  visibility: Generated<'public' | 'friends' | 'private'>;
  cancelled_at: Date | null;
  sequence: Generated<number>;
  due_at: Date | null;
  due: 'day' | 'hour' | 'start' | null;
  due_after_user: Generated<number>;
  /** Made of its place by the database; null: it has none. */
  place_cell: GeneratedAlways<number | null>;
  region: GeneratedAlways<number | null>;
  created_at: Stamp;
  updated_at: Stamp;
}

/** Owner: modules/events. */
interface RsvpsTable {
  event_id: number;
  user_id: number;
  status: 'going' | 'waitlisted' | 'interested' | 'declined';
  position: number | null;
  wants_mail: Generated<boolean>;
  created_at: Stamp;
  updated_at: Stamp;
}

/** Owner: modules/events. */
interface EventGuestsTable {
  event_id: number;
  user_id: number;
  created_at: Stamp;
}

/** Owner: modules/events. */
interface CalendarFeedsTable {
  user_id: number;
  secret_hash: Buffer;
  created_at: Stamp;
}

/** Owner: modules/events. */
interface EventTrendsTable {
  event_id: number;
  region: number | null;
  over_at: Date;
  score: number;
}

/** Owner: modules/messages. */
interface ConversationsTable {
  lower_id: number;
  higher_id: number;
  last_seq: Generated<number>;
  last_change: Generated<number>;
  last_at: Date | null;
  lower_delivered_seq: Generated<number>;
  lower_read_seq: Generated<number>;
  higher_delivered_seq: Generated<number>;
  higher_read_seq: Generated<number>;
}

/** Owner: modules/messages. */
interface DirectMessagesTable {
  id: string;
  lower_id: number;
  higher_id: number;
  seq: number;
  sender_id: number;
  content: string;
  image_url: string | null;
  public_id: string | null;
  thumbnail_url: string | null;
  client_message_id: string | null;
  reply_to_id: string | null;
  reply_to_seq: number | null;
  change: number | null;
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
}

/** Owner: modules/messages. */
interface MessageReactionsTable {
  message_id: string;
  user_id: number;
  emoji: string;
  change: number;
  since: number;
}

/** Owner: modules/friends. Two rows for each friendship. */
interface FriendshipsTable {
  user_id: number;
  friend_id: number;
  created_at: Date;
}

/** Owner: modules/friends. */
interface BlocksTable {
  user_id: number;
  blocked_id: number;
  created_at: Date;
}

/** Owner: modules/friends. */
interface FriendRequestsTable {
  id: GeneratedAlways<number>;
  from_id: number;
  to_id: number;
  status: Generated<'pending' | 'accepted' | 'rejected' | 'cancelled'>;
  created_at: Date;
  answered_at: Date | null;
}

/** Owner: modules/rooms. */
interface PersonDaysTable {
  user_id: number;
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  joins: Generated<number>;
  watched_ms: Generated<number>;
}

/** Owner: modules/rooms. */
interface WatchedUntilTable {
  user_id: number;
  until: Date;
}

/** Owner: modules/chat. */
interface ChatAuthorDaysTable {
  user_id: number;
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  messages: number;
}
