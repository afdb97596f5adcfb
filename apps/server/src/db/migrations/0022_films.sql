-- Films that arrive in several goes, their posters and their subtitles.

-- One unfinished or just finished upload for each movie. Where its bytes lie is movies.pending_file_key, which ends in the
-- upload's id; an upload whose id is no longer there was superseded.
create table movie_uploads (
  movie_id integer primary key references movies (id) on delete cascade,
  id uuid not null unique,
  user_id integer not null references users (id) on delete cascade,
  length_bytes bigint not null check (length_bytes > 0),
  -- By which a browser recognises the file when it is chosen again.
  file_name text not null,
  fingerprint text,
  -- Who writes at the moment: a node's lease, renewed while bytes come. Null: nobody.
  writer uuid,
  writer_until timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now()
);
create index movie_uploads_user_idx on movie_uploads (user_id, created_at desc);
create index movie_uploads_finished_idx on movie_uploads (finished_at) where finished_at is not null;

-- A row before the first byte, so that no crash leaves a picture that nobody knows of.
create table movie_posters (
  -- poster-…: the files' name without suffix, unguessable.
  name text primary key,
  -- Null: the movie is gone, and the poster goes.
  movie_id integer references movies (id) on delete set null,
  width integer not null,
  height integer not null,
  -- False: its files may not be whole.
  shown boolean not null default false,
  created_at timestamptz not null default now()
);
create unique index movie_posters_shown_idx on movie_posters (movie_id) where shown;
create index movie_posters_sweep_idx on movie_posters (created_at) where not shown or movie_id is null;

-- What the movie's view shows of it.
alter table movies add column poster jsonb;

create table movie_subtitles (
  id integer generated always as identity primary key,
  movie_id integer not null references movies (id) on delete cascade,
  -- BCP 47.
  language text not null,
  label text not null,
  cue_count integer not null,
  -- WebVTT, made anew from what was sent.
  body text not null,
  created_at timestamptz not null default now()
);
create index movie_subtitles_movie_idx on movie_subtitles (movie_id, id);
