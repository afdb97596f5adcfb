create extension if not exists pg_trgm;

-- A name in small Latin letters, however it is written: what people type and what they are called are compared in this
-- form. Cyrillic first, for й and ї without their marks are other letters; then marks go. Whatever the server's locale.
create function folded_name(name text) returns text language sql immutable strict parallel safe as $$
  select lower(regexp_replace(normalize(
    replace(replace(replace(replace(replace(replace(replace(replace(translate(name,
      'аАбБвВгГґҐдДеЕёЁєЄзЗиИіІйЙкКлЛмМнНоОпПрРсСтТуУўЎфФхХыЫэЭЖЦЧШЩЮЯЇъЪьЬʼ’''',
      'aabbvvggggddeeeeeezziiiiyykkllmmnnoopprrssttuuuuffhhyyeeжцчшщюяї'),
      'ж', 'zh'), 'ц', 'ts'), 'ч', 'ch'), 'ш', 'sh'), 'щ', 'sch'), 'ю', 'yu'), 'я', 'ya'), 'ї', 'yi'),
    NFKD), '[\u0300-\u036f]', '', 'g'))
$$;

-- Accounts alone: guests and those who are disabled are not found.
alter table users add column search_name text not null generated always as (folded_name(username || ' ' || display_name)) stored;
create index users_search_idx on users using gin (search_name gin_trgm_ops) where guest_of is null and disabled_at is null;

-- What somebody did on one day (UTC). Owner: modules/rooms.
create table person_days (
  user_id integer not null references users (id) on delete cascade,
  day date not null,
  joins integer not null default 0,
  watched_ms bigint not null default 0,
  primary key (user_id, day)
);

-- Until when what somebody has watched is counted: no moment counts twice, however many screens and nodes tell of it.
create table watched_until (
  user_id integer primary key references users (id) on delete cascade,
  until timestamptz not null
);

-- What the clean-up has taken away of somebody's messages, by the day (UTC) on which they were said. Owner: modules/chat.
create table chat_author_days (
  user_id integer not null references users (id) on delete cascade,
  day date not null,
  messages integer not null,
  primary key (user_id, day)
);
-- With chat_messages_client_id_key all messages of one author; clients that say no clientMessageId are few.
create index chat_messages_author_idx on chat_messages (user_id) where client_message_id is null;
