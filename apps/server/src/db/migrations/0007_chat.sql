-- The last number given out in a room. Locking this row orders the room's messages.
create table chat_counters (
  room_id integer primary key references rooms (id) on delete cascade,
  last_seq bigint not null
);

create table chat_messages (
  id uuid primary key,
  room_id integer not null references rooms (id) on delete cascade,
  seq bigint not null,
  user_id integer not null references users (id) on delete cascade,
  content text not null,
  playback_position_seconds double precision,
  client_message_id text,
  created_at timestamptz not null default now(),
  edited_at timestamptz,
  deleted_at timestamptz
);
create unique index chat_messages_room_seq_key on chat_messages (room_id, seq);
-- For ever: a client that sends again after any time gets its first message back.
create unique index chat_messages_client_id_key on chat_messages (user_id, client_message_id)
  where client_message_id is not null;
