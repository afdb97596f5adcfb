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
  created_at timestamptz not null,
  primary key (message_id, emoji, user_id)
);
create index chat_reactions_user_idx on chat_reactions (user_id);
