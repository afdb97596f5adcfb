create table rooms (
  id integer generated always as identity primary key,
  name text not null,
  description text not null default '',
  movie_id integer references movies (id) on delete set null,
  owner_id integer not null references users (id) on delete cascade,
  is_private boolean not null default false,
  password_hash text,
  is_active boolean not null default true,
  -- Kept with the participants, in the same transactions, under this row's lock.
  participant_count integer not null default 0,
  max_participants integer not null,
  -- The timeline: at the server time playback_at (ms since the epoch) the film stands at playback_position seconds.
  playback_version bigint not null default 0,
  playback_position double precision not null default 0,
  playback_rate double precision not null default 1,
  playback_playing boolean not null default false,
  playback_at double precision not null default 0,
  last_activity_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (participant_count between 0 and max_participants)
);
create index rooms_listed_idx on rooms (id desc) where is_active and not is_private;
create index rooms_owner_idx on rooms (owner_id);
create index rooms_movie_idx on rooms (movie_id) where movie_id is not null;

create table room_participants (
  room_id integer not null references rooms (id) on delete cascade,
  user_id integer not null references users (id) on delete cascade,
  role text not null check (role in ('host', 'co-host', 'viewer')),
  joined_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
create index room_participants_user_idx on room_participants (user_id);

create table room_bans (
  room_id integer not null references rooms (id) on delete cascade,
  user_id integer not null references users (id) on delete cascade,
  banned_by integer references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (room_id, user_id)
);

create table room_invites (
  -- SHA-256 of the link's token; the token itself is not stored.
  token_hash bytea primary key,
  room_id integer not null references rooms (id) on delete cascade,
  created_by integer not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index room_invites_room_idx on room_invites (room_id);
