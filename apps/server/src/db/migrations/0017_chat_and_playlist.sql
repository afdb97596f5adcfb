-- The number of the room's latest change (edit, deletion, reaction), counted like its messages, under the same lock.
alter table chat_counters add column last_change bigint not null default 0;

alter table chat_messages
  -- The number of the latest change of this message; null: never changed.
  add column change bigint,
  -- Whom it names, as they were called then: [{"userId", "username"}].
  add column mentions jsonb not null default '[]',
  -- No foreign key: the answer stays when what it answers is cleared away.
  add column reply_to_id uuid,
  add column reply_to_seq bigint;
create index chat_messages_change_idx on chat_messages (room_id, change) where change is not null;

create table chat_reactions (
  message_id uuid not null references chat_messages (id) on delete cascade,
  user_id integer not null references users (id) on delete cascade,
  emoji text not null,
  -- The number of the change that gave it, and of the one since which the message has had this emoji without a break.
  change bigint not null,
  since bigint not null,
  primary key (message_id, emoji, user_id)
);
create index chat_reactions_user_idx on chat_reactions (user_id);

-- A room's playlist; no row: an empty one that was never changed. Changed under the room's lock.
create table playlists (
  room_id integer primary key references rooms (id) on delete cascade,
  version bigint not null default 0,
  sorting text not null default 'manual' check (sorting in ('manual', 'votes')),
  adds text not null default 'everyone' check (adds in ('hosts', 'everyone'))
);

create table playlist_items (
  id uuid primary key,
  room_id integer not null references rooms (id) on delete cascade,
  movie_id integer not null references movies (id) on delete cascade,
  -- Null: somebody who is gone.
  added_by integer references users (id) on delete set null,
  -- The order in which they were put, from 0.
  position integer not null,
  created_at timestamptz not null
);
create index playlist_items_room_idx on playlist_items (room_id, position);
create index playlist_items_movie_idx on playlist_items (movie_id);
create index playlist_items_added_by_idx on playlist_items (added_by);

create table playlist_votes (
  item_id uuid not null references playlist_items (id) on delete cascade,
  user_id integer not null references users (id) on delete cascade,
  created_at timestamptz not null,
  primary key (item_id, user_id)
);
create index playlist_votes_user_idx on playlist_votes (user_id);

-- Who wants to skip the film that plays, and for whom it has ended.
create table playlist_calls (
  room_id integer not null references rooms (id) on delete cascade,
  user_id integer not null references users (id) on delete cascade,
  kind text not null check (kind in ('skip', 'ended')),
  movie_id integer not null references movies (id) on delete cascade,
  -- Which version of the timeline the latest command had made.
  version bigint not null,
  called_at timestamptz not null,
  primary key (room_id, kind, user_id)
);
create index playlist_calls_user_idx on playlist_calls (user_id);
create index playlist_calls_movie_idx on playlist_calls (movie_id);
