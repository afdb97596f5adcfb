-- What happened in a room on one day (UTC). No foreign key: what people watched stays true when the room is removed.
create table room_days (
  room_id integer not null,
  day date not null,
  joins integer not null default 0,
  peak_participants integer not null default 0,
  watched_ms bigint not null default 0,
  primary key (room_id, day)
);
create index room_days_day_idx on room_days (day);

-- Messages said in a room on one day (UTC), as the reports have counted them.
create table chat_days (
  room_id integer not null,
  day date not null,
  messages integer not null,
  primary key (room_id, day)
);
create index chat_days_day_idx on chat_days (day);

-- What a sender may send again: the clientMessageIds of messages that were cleared away for their age.
create table chat_cleared_ids (
  user_id integer not null references users (id) on delete cascade,
  client_message_id text not null,
  id uuid not null,
  room_id integer not null references rooms (id) on delete cascade,
  seq bigint not null,
  created_at timestamptz not null,
  cleared_at timestamptz not null,
  primary key (user_id, client_message_id)
);
create index chat_cleared_ids_room_idx on chat_cleared_ids (room_id);

-- The days' messages are counted through this. It costs the sending of messages next to nothing; minmax-multi, since
-- new messages also fill the places that cleared ones have left.
create index chat_messages_created_at_idx on chat_messages using brin (created_at timestamptz_minmax_multi_ops);

create table activity_reports (
  -- The job that made it.
  id uuid primary key,
  from_day date not null,
  to_day date not null,
  totals jsonb not null,
  days jsonb not null,
  rooms jsonb not null,
  created_at timestamptz not null
);
create index activity_reports_created_at_idx on activity_reports (created_at desc, id);
