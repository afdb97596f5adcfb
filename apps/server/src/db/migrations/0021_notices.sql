-- What concerns one person, and whether they have seen it. The newest few hundred of each, for some months.
create table notices (
  id uuid primary key,
  user_id integer not null references users (id) on delete cascade,
  kind text not null,
  -- What tells it from others of its kind: nobody is told of the same twice.
  subject text not null,
  -- The fields of its kind.
  body jsonb not null,
  created_at timestamptz not null,
  read_at timestamptz
);
create unique index notices_subject_idx on notices (kind, subject, user_id);
create index notices_user_idx on notices (user_id, id);
create index notices_unread_idx on notices (user_id, id) where read_at is null;
create index notices_created_at_idx on notices (created_at);
