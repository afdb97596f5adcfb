create table movies (
  id integer generated always as identity primary key,
  title text not null,
  description text not null default '',
  year integer,
  duration_seconds double precision,
  url text,
  poster_url text,
  visibility text not null default 'public' check (visibility in ('public', 'rooms')),
  owner_id integer not null references users (id) on delete cascade,
  -- The uploaded film, all null together: where it lies in the storage and what was read from it.
  file_key text,
  file_size_bytes bigint,
  file_mime_type text,
  -- Where an upload under way will lie. Left behind by a killed process, it tells what to clear away.
  pending_file_key text,
  pending_since timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((file_key is null) = (file_size_bytes is null) and (file_key is null) = (file_mime_type is null))
);
-- The library lists newest first, public films to everyone and one's own to their owner.
create index movies_public_idx on movies (id desc) where visibility = 'public';
create index movies_pending_idx on movies (pending_since) where pending_file_key is not null;
create index movies_owner_idx on movies (owner_id, id desc);
