-- Links by which a new password can be chosen. A row lives until one of its user's is used, or for an hour.
create table password_resets (
  -- SHA-256 of the link's token; the token itself is not stored.
  token_hash bytea primary key,
  user_id integer not null references users (id) on delete cascade,
  -- The request it was made for: each try to send its mail makes a link of its own.
  request_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index password_resets_user_idx on password_resets (user_id);
create index password_resets_expires_at_idx on password_resets (expires_at);
