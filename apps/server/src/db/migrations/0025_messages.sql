-- From whom somebody takes direct messages.
alter table users add column messages_from text not null default 'everyone' check (messages_from in ('everyone', 'friends'));

-- What two people write to one another. Locking this row orders its messages and changes, and holds what else would
-- come between: whoever blocks the other takes it too. A row without messages is nobody's conversation yet.
create table conversations (
  lower_id integer not null references users (id) on delete cascade,
  higher_id integer not null references users (id) on delete cascade,
  -- The number of the latest message.
  last_seq bigint not null default 0,
  -- The number of the latest change (edit, deletion, reaction), counted like the messages.
  last_change bigint not null default 0,
  -- Of the latest message.
  last_at timestamptz,
  -- How far each has got them on a device, and has read them.
  lower_delivered_seq bigint not null default 0,
  lower_read_seq bigint not null default 0,
  higher_delivered_seq bigint not null default 0,
  higher_read_seq bigint not null default 0,
  primary key (lower_id, higher_id),
  check (lower_id < higher_id),
  check (0 <= lower_read_seq and lower_read_seq <= lower_delivered_seq and lower_delivered_seq <= last_seq),
  check (0 <= higher_read_seq and higher_read_seq <= higher_delivered_seq and higher_delivered_seq <= last_seq)
);
-- One person's conversations, the latest first, from either side.
create index conversations_lower_idx on conversations (lower_id, last_at desc, higher_id desc) where last_seq > 0;
create index conversations_higher_idx on conversations (higher_id, last_at desc, lower_id desc) where last_seq > 0;

create table direct_messages (
  id uuid primary key,
  lower_id integer not null,
  higher_id integer not null,
  seq bigint not null,
  sender_id integer not null,
  content text not null,
  image_url text,
  -- Of the picture, here or where it is hosted.
  public_id text,
  -- Null until it is made, and for pictures that lie elsewhere.
  thumbnail_url text,
  client_message_id text,
  reply_to_id uuid,
  reply_to_seq bigint,
  -- The number of the latest change of this message; null: never changed.
  change bigint,
  created_at timestamptz not null,
  edited_at timestamptz,
  deleted_at timestamptz,
  foreign key (lower_id, higher_id) references conversations on delete cascade,
  check (sender_id in (lower_id, higher_id))
);
create unique index direct_messages_seq_key on direct_messages (lower_id, higher_id, seq);
create index direct_messages_change_idx on direct_messages (lower_id, higher_id, change) where change is not null;
-- For ever: a client that sends again after any time gets its first message back.
create unique index direct_messages_client_id_key on direct_messages (sender_id, client_message_id)
  where client_message_id is not null;

create table message_reactions (
  message_id uuid not null references direct_messages (id) on delete cascade,
  user_id integer not null references users (id) on delete cascade,
  emoji text not null,
  -- The number of the change that gave it, and of the one since which the message has had this emoji without a break.
  change bigint not null,
  since bigint not null,
  primary key (message_id, emoji, user_id)
);
create index message_reactions_user_idx on message_reactions (user_id);

-- The words of a text as they are compared: in small Latin letters, whatever the server's locale, without the
-- punctuation that it may take for letters. Plain ASCII, which is told by its length, is spared the costly half of that.
-- A body of this kind is resolved now, so that indexes are built and analysed whatever the search path is then.
create function message_words(content text) returns tsvector language sql immutable parallel safe
  return to_tsvector('pg_catalog.simple', translate(
    case when octet_length(content) = length(content) then lower(content) else folded_name(content) end,
    E'!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~\u00a0¡§«¶·»¿–—‘’‚“”„†•…‹›№、。「」',
    repeat(' ', 60)));

-- With its two people as words of their own, which no text can hold: whoever looks through what is theirs reads nothing
-- of what others write.
create index direct_messages_words_idx on direct_messages
  using gin ((message_words(content) || array_to_tsvector(array['#' || lower_id, '#' || higher_id]))) where content <> '';
