-- Pictures that people have uploaded. The row is there before the first byte of its file and goes after the last, so
-- that no crash leaves a file nobody knows of.
create table pictures (
  -- avatar-… or image-…: the file's name without extension, unguessable.
  name text primary key,
  kind text not null check (kind in ('avatar', 'image')),
  -- Of the original; variants have names of their own made from this one's.
  extension text not null,
  -- Null: the user is gone, and the picture goes.
  owner_id integer references users (id) on delete set null,
  -- storing: its file may not be whole; loose: uploaded, in no message yet; used: shown; retired: to be removed.
  status text not null check (status in ('storing', 'loose', 'used', 'retired')),
  changed_at timestamptz not null
);
create index pictures_owner_idx on pictures (owner_id, kind, status);
-- What the sweep looks through: all that is not, or no longer, somebody's picture in use.
create index pictures_sweep_idx on pictures (changed_at) where status <> 'used' or owner_id is null;
