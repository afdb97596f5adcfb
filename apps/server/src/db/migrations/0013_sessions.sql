-- A session is a family of refresh tokens, of which one is good at a time. One that has ended stays until the next
-- clean-up has counted it.
alter table sessions
  -- SHA-256 of the part that all refresh tokens of the session begin with.
  add column family_hash bytea,
  -- SHA-256 of the token before the current one, when it was replaced, and by what: the current token's own part,
  -- which only the previous token opens.
  add column previous_hash bytea,
  add column rotated_at timestamptz,
  add column successor_sealed bytea,
  -- When the user last proved who they are.
  add column authenticated_at timestamptz,
  add column device text not null default 'unknown',
  add column os text not null default 'unknown',
  add column ended_at timestamptz,
  add column ended_by text check (ended_by in ('sign-out', 'revoked', 'reuse', 'account', 'limit'));

-- Tokens from before have one part only: it is their family's too.
update sessions set family_hash = refresh_hash, authenticated_at = created_at;

alter table sessions
  alter column family_hash set not null,
  alter column authenticated_at set not null,
  add constraint sessions_ended_check check ((ended_at is null) = (ended_by is null)),
  -- Room for the new version of a row beside the old one: last_seen_at changes often and stands in no index.
  set (fillfactor = 80);

drop index sessions_refresh_hash_key;
create unique index sessions_family_hash_key on sessions (family_hash);
create index sessions_open_user_id_idx on sessions (user_id) where ended_at is null;
create index sessions_ended_at_idx on sessions (ended_at) where ended_at is not null;

-- Of the sessions that are removed: how many began and ended on a day (UTC).
create table session_days (
  day date primary key,
  created integer not null,
  signed_out integer not null,
  revoked integer not null
);
