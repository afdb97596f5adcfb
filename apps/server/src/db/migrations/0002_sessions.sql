create table sessions (
  id uuid primary key,
  user_id integer not null references users (id) on delete cascade,
  refresh_hash bytea not null,
  user_agent text not null,
  ip text not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create unique index sessions_refresh_hash_key on sessions (refresh_hash);
create index sessions_user_id_idx on sessions (user_id);
create index sessions_expires_at_idx on sessions (expires_at);
