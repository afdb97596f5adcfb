create table events (
  id integer generated always as identity primary key,
  owner_id integer not null references users (id) on delete cascade,
  title text not null,
  description text not null default '',
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3),
  -- From then on it is over: ends_at, or three hours after its start where no end is told.
  over_at timestamptz(3) not null,
  -- IANA name: the wall time that its people go by.
  time_zone text not null default 'UTC',
  -- Degrees, both or neither.
  lat double precision check (lat between -90 and 90),
  lng double precision check (lng between -180 and 180),
  address text not null default '',
  online boolean not null default false,
  url text,
  room_id integer references rooms (id) on delete set null,
  -- The room is opened when it starts.
  opens_room boolean not null default false,
  -- Null: as many as come.
  capacity integer check (capacity > 0),
  -- Kept with the rsvps, in the same transactions, under this row's lock.
  going_count integer not null default 0,
  interested_count integer not null default 0,
  waitlisted_count integer not null default 0,
  -- The last place on the waiting list that was given.
  last_position bigint not null default 0,
  visibility text not null default 'public' check (visibility in ('public', 'friends', 'private')),
  cancelled_at timestamptz,
  -- iCalendar's SEQUENCE: grows when time, place or state change.
  sequence integer not null default 0,
  -- What its people are told next (24 hours before, one hour before, at the start), when, and whom of them it has reached.
  due_at timestamptz,
  due text check (due in ('day', 'hour', 'start')),
  due_after_user integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((lat is null) = (lng is null)),
  check (ends_at > starts_at),
  check ((due_at is null) = (due is null)),
  check (going_count >= 0 and interested_count >= 0 and waitlisted_count >= 0)
);
create index events_upcoming_idx on events (starts_at, id) where visibility = 'public' and cancelled_at is null;
create index events_owner_idx on events (owner_id, starts_at, id);
create index events_room_idx on events (room_id) where room_id is not null;
create index events_due_idx on events (due_at) where due_at is not null;

create table rsvps (
  event_id integer not null references events (id) on delete cascade,
  user_id integer not null references users (id) on delete cascade,
  status text not null check (status in ('going', 'waitlisted', 'interested', 'declined')),
  -- The order of the waiting list, given under the event's lock.
  position bigint,
  -- A mail too, when a seat becomes free.
  wants_mail boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (event_id, user_id),
  check ((status = 'waitlisted') = (position is not null))
);
create unique index rsvps_waiting_idx on rsvps (event_id, position) where status = 'waitlisted';
create index rsvps_listed_idx on rsvps (event_id, status, user_id);
create index rsvps_user_idx on rsvps (user_id, event_id);

create table event_guests (
  event_id integer not null references events (id) on delete cascade,
  user_id integer not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (event_id, user_id)
);
create index event_guests_user_idx on event_guests (user_id);

-- The address under which calendar programs read somebody's events.
create table calendar_feeds (
  user_id integer primary key references users (id) on delete cascade,
  -- SHA-256; the secret itself is not stored.
  secret_hash bytea not null unique,
  created_at timestamptz not null default now()
);
