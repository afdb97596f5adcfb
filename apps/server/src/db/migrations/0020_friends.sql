-- Two rows for each friendship, one from each side: the friends of one person, and those that two have in common, are
-- read from the primary key alone.
create table friendships (
  user_id integer not null references users (id) on delete cascade,
  friend_id integer not null references users (id) on delete cascade,
  created_at timestamptz not null,
  primary key (user_id, friend_id),
  check (user_id <> friend_id)
);
-- A person's friends, newest first.
create index friendships_newest_idx on friendships (user_id, created_at desc, friend_id desc);
-- For the removal of people.
create index friendships_friend_idx on friendships (friend_id, user_id);

create table blocks (
  user_id integer not null references users (id) on delete cascade,
  blocked_id integer not null references users (id) on delete cascade,
  created_at timestamptz not null,
  primary key (user_id, blocked_id),
  check (user_id <> blocked_id)
);
create index blocks_blocked_idx on blocks (blocked_id, user_id);

-- Kept after their answer: what somebody asks is limited by what they have asked.
create table friend_requests (
  id integer generated always as identity primary key,
  from_id integer not null references users (id) on delete cascade,
  to_id integer not null references users (id) on delete cascade,
  status text not null default 'pending' check (status in ('pending', 'accepted', 'rejected', 'cancelled')),
  created_at timestamptz not null,
  answered_at timestamptz,
  check (from_id <> to_id),
  check ((status = 'pending') = (answered_at is null))
);
-- Two people have one open request at most, whoever asked.
create unique index friend_requests_pair_key on friend_requests (least(from_id, to_id), greatest(from_id, to_id))
  where status = 'pending';
create index friend_requests_to_idx on friend_requests (to_id, id desc) where status = 'pending';
create index friend_requests_from_idx on friend_requests (from_id, created_at desc);
create index friend_requests_answered_idx on friend_requests (answered_at) where answered_at is not null;
